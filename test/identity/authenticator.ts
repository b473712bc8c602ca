// A small authenticator in software: makes real attestations (format "none") and assertions with ES256 or EdDSA, as
// WebAuthn level 3 section 6 lays them out, with its CBOR written by hand. Tests bend what a browser would not.
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

type Cbor = number | string | Uint8Array | ReadonlyMap<number | string, Cbor>;

export interface Bent {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  /** Default: one more than last time; `null`: an authenticator that does not count. */
  readonly counter?: number | null;
  /** Flags of authenticator data: user present 1, user verified 4. */
  readonly flags?: number;
  readonly signature?: Uint8Array;
}

interface Options {
  readonly challenge: string;
  readonly rpId?: string;
  readonly rp?: { readonly id: string };
}

const PRESENT_AND_VERIFIED = 0b101;
const ATTESTED = 0b1000000;

export interface Authenticator {
  readonly id: string;
  create(options: Options, origin: string, bent?: Bent): object;
  get(options: Options, origin: string, bent?: Bent): object;
}

/** A new authenticator with one credential. */
export function makeAuthenticator(algorithm: 'ES256' | 'EdDSA' = 'ES256'): Authenticator {
  const id = randomBytes(32);
  const keys =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519');
  let counter = 0;

  const authenticatorData = (
    rpId: string,
    flags: number,
    count: number,
    attested: Uint8Array[] = [],
  ): Buffer => {
    const head = Buffer.alloc(5);
    head.writeUInt8(flags, 0);
    head.writeUInt32BE(count, 1);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), head, ...attested]);
  };
  const clientData = (type: string, { challenge }: Options, origin: string, bent: Bent): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: bent.type ?? type,
        challenge: bent.challenge ?? challenge,
        origin: bent.origin ?? origin,
        crossOrigin: false,
      }),
    );
  const credential = (response: object): object => ({
    id: id.toString('base64url'),
    rawId: id.toString('base64url'),
    type: 'public-key',
    authenticatorAttachment: 'platform',
    clientExtensionResults: {},
    response,
  });

  return {
    id: id.toString('base64url'),
    create(options, origin, bent = {}) {
      const idLength = Buffer.alloc(2);
      idLength.writeUInt16BE(id.length);
      const attested = [Buffer.alloc(16), idLength, id, encodeCbor(coseKey(keys.publicKey, algorithm))];
      const flags = (bent.flags ?? PRESENT_AND_VERIFIED) | ATTESTED;
      const authData = authenticatorData(bent.rpId ?? options.rp?.id ?? '', flags, counter, attested);
      const attestation = new Map<string, Cbor>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]);
      return credential({
        clientDataJSON: clientData('webauthn.create', options, origin, bent).toString('base64url'),
        attestationObject: encodeCbor(attestation).toString('base64url'),
        transports: ['internal', 'something-new'],
      });
    },
    get(options, origin, bent = {}) {
      if (bent.counter === undefined) counter += 1;
      const count = bent.counter === null ? 0 : (bent.counter ?? counter);
      const rpId = bent.rpId ?? options.rpId ?? '';
      const authData = authenticatorData(rpId, bent.flags ?? PRESENT_AND_VERIFIED, count);
      const client = clientData('webauthn.get', options, origin, bent);
      const signed = Buffer.concat([authData, createHash('sha256').update(client).digest()]);
      const signature =
        bent.signature ?? sign(algorithm === 'ES256' ? 'sha256' : null, signed, keys.privateKey);
      return credential({
        clientDataJSON: client.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: Buffer.from(signature).toString('base64url'),
      });
    },
  };
}

/** RFC 9053: a P-256 point, or an Ed25519 key. */
function coseKey(key: KeyObject, algorithm: 'ES256' | 'EdDSA'): Map<number, Cbor> {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const part = (text: string): Uint8Array => Buffer.from(text, 'base64url');
  return algorithm === 'ES256'
    ? new Map<number, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, part(x)],
        [-3, part(y)],
      ])
    : new Map<number, Cbor>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, part(x)],
      ]);
}

/** The few of RFC 8949 that are needed: integers, texts, bytes and maps. */
function encodeCbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, of]) => [encodeCbor(key), encodeCbor(of)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 0xff]);
}
