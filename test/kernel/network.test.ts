// F24 and F25 of docs/security.md: no request leaves for an address that is not ours to contact,
// and a slow, endless or circling answer ends within its bounds.
import { createNetwork, isLocalUrl, reachOf, type Network } from '#kernel/network.ts';
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';

const publicNode = (networks: readonly string[] = []): Network =>
  createNetwork({ ownUrl: () => 'https://alice.example', networks, userAgent: 'test' });
const localNode = (): Network =>
  createNetwork({ ownUrl: () => 'http://127.0.0.1:7701', networks: [], userAgent: 'test' });

async function listen(handler: RequestListener): Promise<AsyncDisposable & { url: string; server: Server }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const forbidden = [
  'http://127.0.0.1:PORT/',
  'http://localhost:PORT/',
  'http://0.0.0.0:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://2130706433:PORT/',
  'http://127.1:PORT/',
  'http://[::]:PORT/',
  'http://[::1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[64:ff9b::7f00:1]:PORT/',
  'http://169.254.169.254/latest/meta-data',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.0.1/',
  'http://100.64.0.1/',
  'http://[fd00::1]/',
  'http://[fe80::1]/',
  'http://[::7f00:1]:PORT/',
  'http://[4000::1]/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
];

describe('the network port', () => {
  for (const address of forbidden) {
    it(`refuses ${address} for a public node, and sends no packet`, async () => {
      let connections = 0;
      await using target = await listen((_request, response) => response.end());
      target.server.on('connection', () => (connections += 1));
      await using network = publicNode();
      const url = address.replace('PORT', new URL(target.url).port);
      await assert.rejects(network.request({ method: 'GET', url }), { code: 'network/forbidden-address' });
      assert.equal(connections, 0);
    });
  }

  for (const url of ['file:///etc/passwd', 'ftp://x.example/', 'http://user:pw@x.example/', 'not a url']) {
    it(`refuses ${url} as no web address`, async () => {
      await using network = publicNode();
      await assert.rejects(network.request({ method: 'GET', url }), { code: 'network/bad-url' });
    });
  }

  it('reaches the range that the node itself lives in, and a range that the owner allowed', async () => {
    await using target = await listen((_request, response) => response.end('hello'));
    await using local = localNode();
    assert.equal(
      Buffer.from((await local.request({ method: 'GET', url: target.url })).body).toString(),
      'hello',
    );
    await using allowed = publicNode(['127.0.0.0/8']);
    assert.equal((await allowed.request({ method: 'GET', url: target.url })).status, 200);
    await using other = localNode();
    await assert.rejects(other.request({ method: 'GET', url: 'http://10.0.0.1/' }), {
      code: 'network/forbidden-address',
    });
  });

  it('follows no redirect to a forbidden address', async () => {
    await using target = await listen((_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    });
    await using network = localNode();
    await assert.rejects(network.request({ method: 'GET', url: target.url }), {
      code: 'network/forbidden-address',
    });
  });

  it('leaves a redirect loop after three hops', async () => {
    let requests = 0;
    await using target = await listen((request, response) => {
      requests += 1;
      response.writeHead(302, { location: request.url ?? '/' }).end();
    });
    await using network = localNode();
    await assert.rejects(network.request({ method: 'GET', url: target.url }), {
      code: 'network/unreachable',
    });
    assert.equal(requests, 4);
  });

  it('never repeats a POST at another address', async () => {
    await using target = await listen((_request, response) => {
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await using network = localNode();
    const answer = await network.request({ method: 'POST', url: target.url, body: new Uint8Array(3) });
    assert.equal(answer.status, 307);
  });

  it('cuts an endless answer at its limit', async () => {
    await using target = await listen((_request, response) => {
      const piece = Buffer.alloc(65_536);
      const push = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', push);
      push();
    });
    await using network = localNode();
    await assert.rejects(network.request({ method: 'GET', url: target.url }), { code: 'network/too-large' });
  });

  it('gives up on a silent peer after its time', async () => {
    await using target = await listen(() => undefined);
    await using network = localNode();
    await assert.rejects(network.request({ method: 'GET', url: target.url, timeoutMs: 50 }), {
      code: 'network/timeout',
    });
  });

  it('says that a closed port is unreachable', async () => {
    let url = '';
    {
      await using target = await listen(() => undefined);
      url = target.url;
    }
    await using network = localNode();
    await assert.rejects(network.request({ method: 'GET', url }), { code: 'network/unreachable' });
  });

  it('refuses an address range that is none, at the start', () => {
    assert.throws(() => publicNode(['10.0.0.0']), { code: 'network/bad-range' });
  });
});

describe('reachOf', () => {
  it('tells from where an address can be opened', () => {
    for (const url of ['http://127.0.0.1:7701/i/x', 'http://localhost:1', 'http://[::1]']) {
      assert.equal(reachOf(url), 'machine', url);
    }
    for (const url of ['http://192.168.1.20:7701', 'http://nas.local', 'http://[fd00::1]']) {
      assert.equal(reachOf(url), 'network', url);
    }
    for (const url of ['https://alice.example', 'http://8.8.8.8'])
      assert.equal(reachOf(url), 'everywhere', url);
  });
});

describe('isLocalUrl', () => {
  it('knows what must not be published to others', () => {
    for (const url of [
      'http://127.0.0.1:1',
      'http://localhost',
      'http://[::1]',
      'http://10.1.2.3',
      'http://nas.local',
    ]) {
      assert.equal(isLocalUrl(url), true, url);
    }
    for (const url of ['https://alice.example', 'http://8.8.8.8']) assert.equal(isLocalUrl(url), false, url);
  });
});
