// A load generator that costs little: one kept-alive connection a lane, one request in flight on each, the answer
// read only as far as its status and length.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEADER_END = Buffer.from('\r\n\r\n');

export interface Lane extends Disposable {
  /** Posts a body and resolves with the answer's status. */
  post(body: Uint8Array, type: string): Promise<number>;
}

export async function openLane(url: string): Promise<Lane> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let pending: Buffer = Buffer.alloc(0);
  let settle: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const end = pending.indexOf(HEADER_END);
    if (end < 0) return;
    const head = pending.toString('latin1', 0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (pending.length < end + 4 + length) return;
    pending = Buffer.alloc(0);
    settle?.resolve(Number(head.slice(9, 12)));
  });
  socket.on('error', (error) => settle?.reject(error));
  socket.on('close', () => settle?.reject(new Error('the connection was closed')));
  return {
    post(body, type) {
      const head = `POST /orf/v1/inbox HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n`;
      return new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.cork();
        socket.write(head, 'latin1');
        socket.write(body);
        socket.uncork();
      });
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}
