// What hostile peers do to the network port: change their address, redirect a ticket away, hold connections open.
import { createNetwork, mayContact, type Resolve } from '#kernel/network.ts';
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';

interface Target extends AsyncDisposable {
  readonly port: number;
  connections(): number;
}

async function listen(handler: RequestListener): Promise<Target> {
  const server = createServer(handler);
  let open = 0;
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => open,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const local = (resolve?: Resolve) =>
  createNetwork({
    ownUrl: () => 'http://127.0.0.1:7701',
    networks: [],
    userAgent: 'test',
    ...(resolve === undefined ? {} : { resolve }),
  });

describe('the network port among hostile peers', () => {
  it('judges each resolution anew: a name that moves to a private address is not followed', async () => {
    await using target = await listen((_request, response) => {
      response.setHeader('connection', 'close');
      response.end('ok');
    });
    const answers = ['127.0.0.1', '10.0.0.1', '169.254.169.254'];
    await using network = local((_name, _options, callback) => {
      callback(null, [{ address: answers.shift() ?? '', family: 4 }]);
    });
    const url = `http://rebind.example:${target.port}/`;
    assert.equal((await network.request({ method: 'GET', url })).status, 200);
    for (let turn = 0; turn < 2; turn += 1)
      await assert.rejects(network.request({ method: 'GET', url }), { code: 'network/forbidden-address' });
  });

  it('takes only the fit addresses of a name that has both kinds', async () => {
    await using target = await listen((_request, response) => response.end('ok'));
    await using network = local((_name, _options, callback) => {
      callback(null, [
        { address: '10.0.0.1', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    });
    const answer = await network.request({ method: 'GET', url: `http://mixed.example:${target.port}/` });
    assert.equal(answer.status, 200);
  });

  it('keeps a ticket from the server that it is redirected to, and shows it to its own', async () => {
    const seen: IncomingHttpHeaders[] = [];
    await using elsewhere = await listen((request, response) => {
      seen.push(request.headers);
      response.end('ok');
    });
    await using target = await listen((request, response) => {
      seen.push(request.headers);
      const location = request.url === '/a' ? '/b' : `http://127.0.0.1:${elsewhere.port}/c`;
      response.writeHead(307, { location }).end();
    });
    await using network = local();
    const headers = { authorization: 'ORF-Ticket secret', Range: 'bytes=0-1' };
    const url = `http://127.0.0.1:${target.port}/a`;
    assert.equal((await network.request({ method: 'GET', url, headers })).status, 200);
    assert.deepEqual(
      seen.map(({ authorization, range }) => [authorization, range]),
      [
        ['ORF-Ticket secret', 'bytes=0-1'],
        ['ORF-Ticket secret', 'bytes=0-1'],
        [undefined, 'bytes=0-1'],
      ],
    );
  });

  it('reaches a new peer however many others hold their idle connections open', async () => {
    await using target = await listen((_request, response) => response.end('ok'));
    await using network = local();
    for (let host = 1; host <= 300; host += 1) {
      const url = `http://127.0.${host >> 8}.${host & 255}:${target.port}/`;
      assert.equal((await network.request({ method: 'GET', url, timeoutMs: 5_000 })).status, 200, url);
    }
    assert.ok(target.connections() <= 70, `${target.connections()} connections`);
  });

  it('holds the time of a request that waits for a connection', async () => {
    await using target = await listen(() => undefined);
    await using network = local();
    const url = `http://127.0.0.1:${target.port}/`;
    const slow = Array.from({ length: 8 }, () => network.request({ method: 'GET', url, timeoutMs: 2_000 }));
    const order: string[] = [];
    const ended = Promise.allSettled(slow).then(() => order.push('slow'));
    await assert.rejects(network.request({ method: 'GET', url, timeoutMs: 100 }), {
      code: 'network/timeout',
    });
    order.push('waiting');
    await ended;
    assert.deepEqual(order, ['waiting', 'slow']);
  });

  it('calls an answer that stops half-way late, not unreachable', async () => {
    await using target = await listen((_request, response) => void response.write('half'));
    await using network = local();
    const url = `http://127.0.0.1:${target.port}/`;
    await assert.rejects(network.request({ method: 'GET', url, timeoutMs: 200 }), {
      code: 'network/timeout',
    });
  });

  it('refuses headers without end', async () => {
    await using target = await listen((_request, response) => {
      response.writeHead(
        200,
        Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`x-${n}`, 'y'.repeat(500)])),
      );
      response.end();
    });
    await using network = local();
    const url = `http://127.0.0.1:${target.port}/`;
    await assert.rejects(network.request({ method: 'GET', url }), { code: 'network/unreachable' });
  });

  it('knows localhost and private addresses with a final dot', () => {
    const may = (url: string): boolean => mayContact(url, 'https://alice.example', []);
    assert.equal(may('http://localhost.:80'), false);
    assert.equal(may('http://nas.local.:80'), false);
    assert.equal(may('https://bob.example.'), true);
  });
});
