// Clients that open connections and dawdle (fault 32): others are served meanwhile, and the slow ones are cut.
import { boundConnections } from '#kernel/http/connections.ts';
import { claimNode, eventually, makeNode } from '#kit';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { describe, it } from 'node:test';

async function dawdle(port: number, count: number, begin: string): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets) {
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(begin);
  }
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets;
}

describe('slow clients', () => {
  it('do not keep others from being served, and are cut in time', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const port = Number(new URL(node.url).port);
    const headers = 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ';
    const body =
      'POST /api/v1/claim HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
    const upgrade = 'GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upg';
    const slow: Socket[] = [];
    try {
      for (const begin of [headers, body, upgrade]) slow.push(...(await dawdle(port, 300, begin)));
      for (let request = 0; request < 20; request += 1) {
        assert.equal((await owner.fetch('/api/v1/status')).status, 200);
      }
      const withoutHeaders = [...slow.slice(0, 300), ...slow.slice(600)];
      await eventually('every connection without headers is cut', () =>
        withoutHeaders.every((socket) => socket.closed),
      );
      assert.equal((await owner.fetch('/api/v1/status')).status, 200);
    } finally {
      for (const socket of slow) socket.destroy();
    }
  });

  it('make room for a new connection in the order of their waiting, never at the cost of one being served', async () => {
    let answer: (() => void) | undefined;
    const server = createServer((_request, response) => {
      answer = () => response.end('done');
    });
    boundConnections(server, 3);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sockets: Socket[] = [];
    try {
      sockets.push(...(await dawdle(port, 1, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')));
      await eventually('the request arrives', () => answer !== undefined);
      for (let late = 0; late < 3; late += 1) sockets.push(...(await dawdle(port, 1, 'G')));
      const [served, first, second, third] = sockets;
      await eventually('the first to wait is cut', () => first?.closed === true);
      assert.deepEqual([served?.closed, second?.closed, third?.closed], [false, false, false]);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
});
