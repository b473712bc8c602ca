// Clients that open connections and dawdle (fault 32): others are served meanwhile, and the slow ones are cut.
import { boundConnections, exemptAddresses } from '#kernel/http/connections.ts';
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
    boundConnections(server, { connectionsMax: 3, perAddressMax: 1, isExempt: exemptAddresses([]) });
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

  it('of one address cost that address its own waiting connections, and nobody else', async () => {
    const server = createServer((_request, response) => response.end('done'));
    boundConnections(server, {
      connectionsMax: 9,
      perAddressMax: 2,
      isExempt: (address) => address === '127.0.0.3',
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sockets: Socket[] = [];
    const open = async (localAddress: string): Promise<Socket> => {
      const socket = connect({ port, host: '127.0.0.1', localAddress });
      sockets.push(socket.on('error', () => undefined).resume());
      await once(socket, 'connect');
      return socket;
    };
    try {
      const other = await open('127.0.0.2');
      const proxied = [await open('127.0.0.3'), await open('127.0.0.3'), await open('127.0.0.3')];
      const [first, second, third] = [
        await open('127.0.0.1'),
        await open('127.0.0.1'),
        await open('127.0.0.1'),
      ];
      await eventually('the first of the greedy address is cut', () => first.closed);
      const others = [second, third, other, ...proxied];
      assert.deepEqual(
        others.map(({ closed }) => closed),
        others.map(() => false),
      );
      second.destroy();
      await once(second, 'close');
      const fourth = await open('127.0.0.1');
      fourth.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      assert.match(String((await once(fourth, 'data'))[0]), /^HTTP\/1.1 200/);
      assert.equal(third.closed, false, 'a closed connection has given its place back');
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });

  it('are counted by address, but for this machine and named proxies', () => {
    const isExempt = exemptAddresses(['10.1.0.0/16', '2001:db8:1::/48']);
    for (const address of [
      '',
      '127.0.0.1',
      '127.9.9.9',
      '::1',
      '::ffff:127.0.0.1',
      '10.1.2.3',
      '::ffff:10.1.2.3',
      '2001:db8:1::5',
    ])
      assert.equal(isExempt(address), true, address);
    for (const address of ['10.2.0.1', '203.0.113.5', '::ffff:203.0.113.5', '2001:db8:2::5', 'fe80::1%eth0'])
      assert.equal(isExempt(address), false, address);
  });
});
