// A push service and a browser, as the RFCs say (8030, 8188, 8291, 8292), by other code than the node's: it refuses
// what is not a proper push, and opens what is. Its answers are the test's to choose.
import { jwtVerify, importJWK, type JWTPayload } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webcrypto } from 'node:crypto';

const { subtle } = webcrypto;

export interface Push {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly claims: JWTPayload;
  readonly content: Uint8Array;
}

export interface Browser {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export interface PushService extends AsyncDisposable {
  readonly url: string;
  readonly pushes: readonly Push[];
  /** What was not a proper push, and why. */
  readonly complaints: readonly string[];
  /** A browser that subscribes with this server key. */
  subscribe(publicKey: string): Promise<Browser>;
  /** From now on: this status, with these headers. */
  answer(status: number, headers?: Record<string, string>): void;
}

interface Device {
  readonly serverKey: string;
  readonly pair: webcrypto.CryptoKeyPair;
  readonly point: Uint8Array;
  readonly auth: Uint8Array;
}

const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

export async function makePushService(): Promise<PushService> {
  const pushes: Push[] = [];
  const complaints: string[] = [];
  const devices = new Map<string, Device>();
  let answer: { status: number; headers: Record<string, string> } = { status: 201, headers: {} };
  let url = '';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const headers = request.headers as Record<string, string>;
      const device = devices.get(path);
      receive({ path, headers, body: Buffer.concat(chunks), device, origin: url })
        .then((push) => {
          pushes.push(push);
          response.writeHead(answer.status, answer.headers).end();
        })
        .catch((error: unknown) => {
          complaints.push(String(error));
          response.writeHead(400).end();
        });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    pushes,
    complaints,
    async subscribe(serverKey) {
      const pair = await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
      const point = new Uint8Array(await subtle.exportKey('raw', pair.publicKey));
      const auth = webcrypto.getRandomValues(new Uint8Array(16));
      const path = `/push/${devices.size + 1}`;
      devices.set(path, { serverKey, pair, point, auth });
      return { endpoint: `${url}${path}`, keys: { p256dh: base64Url(point), auth: base64Url(auth) } };
    },
    answer: (status, headers = {}) => (answer = { status, headers }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(push: {
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
  device: Device | undefined;
  origin: string;
}): Promise<Push> {
  const { path, headers, body, device, origin } = push;
  if (device === undefined) throw new Error('no such subscription');
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
  if (key !== device.serverKey) throw new Error('another server key');
  const point = Buffer.from(key, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: base64Url(point.subarray(1, 33)),
    y: base64Url(point.subarray(33)),
  };
  const { payload } = await jwtVerify(token, await importJWK(jwk, 'ES256'), {
    audience: origin,
    algorithms: ['ES256'],
  });
  if (typeof payload.sub !== 'string' || !/^(?:mailto:|https:)/.test(payload.sub))
    throw new Error('no contact');
  if ((payload.exp ?? 0) * 1_000 > Date.now() + 24 * 3_600_000) throw new Error('valid for more than a day');
  if (!/^\d+$/.test(headers.ttl ?? '')) throw new Error('no TTL');
  if (headers['content-encoding'] !== 'aes128gcm') throw new Error('another encoding');
  if (body.length > 4_096) throw new Error('too long');
  return { path, headers, claims: payload, content: await decrypt(body, device) };
}

/** RFC 8291 and RFC 8188, as a browser does it. */
async function decrypt(body: Uint8Array, { pair, point, auth }: Device): Promise<Uint8Array> {
  const salt = body.subarray(0, 16);
  const idLength = body[20] ?? 0;
  const sender = body.subarray(21, 21 + idLength);
  const publicKey = await subtle.importKey('raw', sender, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
  const shared = await subtle.deriveBits({ name: 'ECDH', public: publicKey }, pair.privateKey, 256);
  const hkdf = async (secret: BufferSource, from: Uint8Array, info: Uint8Array, bits: number) => {
    const key = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
    return subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: from, info }, key, bits);
  };
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const info = Buffer.concat([text('WebPush: info\0'), point, sender]);
  const material = await hkdf(shared, auth, info, 256);
  const key = await hkdf(material, salt, text('Content-Encoding: aes128gcm\0'), 128);
  const iv = await hkdf(material, salt, text('Content-Encoding: nonce\0'), 96);
  const aes = await subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  const record = await subtle.decrypt({ name: 'AES-GCM', iv }, aes, body.subarray(21 + idLength));
  const plain = new Uint8Array(record);
  const end = plain.findLastIndex((byte) => byte !== 0);
  if (plain[end] !== 2) throw new Error('no last record');
  return plain.slice(0, end);
}
