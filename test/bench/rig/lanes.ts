// A load generator that costs little, since it shares the cores with what it measures: kept-alive connections, one
// request in flight on each, of an answer only the status is read unless its body is wanted.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

const HEADER_END = Buffer.from('\r\n\r\n');

export interface Lane extends Disposable {
  /** Sends a request's bytes; resolves with status and body. */
  ask(request: Buffer): Promise<Answer>;
}
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** The bytes of a request. */
export function requestBytes(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): Buffer {
  const { host, pathname, search } = new URL(url);
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`];
  for (const [header, value] of Object.entries(headers)) lines.push(`${header}: ${value}`);
  if (method !== 'GET') lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

export async function openLane(url: string): Promise<Lane> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let pending: Buffer = Buffer.alloc(0);
  let settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const answer = wholeAnswer(pending);
    if (answer === undefined) return;
    pending = Buffer.alloc(0);
    settle?.resolve(answer);
  });
  socket.on('error', (error) => settle?.reject(error));
  socket.on('close', () => settle?.reject(new Error('the connection was closed')));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** With a length, or in chunks whose last one is empty: one request is in flight, so what follows it is the end. */
function wholeAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf(HEADER_END);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const body = bytes.subarray(end + 4, end + 4 + Number(length));
    return body.length < Number(length) ? undefined : { status, body };
  }
  if (status === 204) return { status, body: Buffer.alloc(0) };
  return bytes.subarray(-5).toString('latin1') === '0\r\n\r\n'
    ? { status, body: bytes.subarray(end + 4) }
    : undefined;
}

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** The next request of a lane. */
  readonly next: (lane: number) => Buffer;
  readonly status: number;
}

/** Keeps every lane busy for some seconds; answers the rate and the sorted times of the answers in ms. */
export async function drive(load: Load): Promise<{ perSecond: number; ms: number[] }> {
  const lanes = await Promise.all(Array.from({ length: load.connections }, () => openLane(load.url)));
  const ms: number[] = [];
  const started = performance.now();
  const until = started + load.seconds * 1_000;
  await Promise.all(
    lanes.map(async (lane, index) => {
      for (let before = performance.now(); before < until; before = performance.now()) {
        const { status, body } = await lane.ask(load.next(index));
        if (status !== load.status) throw new Error(`the node answered ${status}: ${body.toString('utf8')}`);
        ms.push(performance.now() - before);
      }
    }),
  );
  const elapsedS = (performance.now() - started) / 1_000;
  for (const lane of lanes) lane[Symbol.dispose]();
  return { perSecond: ms.length / elapsedS, ms: ms.toSorted((a, b) => a - b) };
}
