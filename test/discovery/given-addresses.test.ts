// Looking people up by an address that somebody gave: WebFinger and nodes' own answers are hints that are verified,
// and no address outside what this node may contact gets a packet (F24), nor can one keep this node busy (F25).
import { createNetwork, type Network } from '#kernel/network.ts';
import { eventually } from '#kit';
import { discovery } from '#node/discovery/index.ts';
import { federation } from '#node/federation/index.ts';
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { knownSigner, makePeer, makeSigner, overHttp, share, type Peer } from '../federation/rig.ts';

interface Site extends AsyncDisposable {
  readonly host: string;
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: string[];
}

async function makeSite(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Site> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const json = (response: ServerResponse, body: unknown): void => {
  response.setHeader('content-type', 'application/jrd+json').end(JSON.stringify(body));
};

/** A WebFinger answer that names a node at an address. */
const finger = (subject: string, nodeId: string, href: string) => ({
  subject,
  properties: { 'urn:orf:node-id': nodeId },
  links: [{ rel: 'urn:orf:rel:node', href }],
});

describe('name@host', () => {
  it('leads to the node that its host names, and marks the name as confirmed by it', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    const contact = await alice.door(discovery).resolve(`bob-1@${new URL(bob.url).host}`);
    assert.deepEqual(
      [contact.node_id, contact.usernameVerifiedBy, contact.pinned],
      [bob.nodeId, 'webfinger', false],
    );
  });

  it('is refused where the host answers about somebody else, names another node, or knows nobody', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    const other = await makeSigner();
    const at = (host: string, name: string): string => `acct:${name}@${host}`;
    await using site = await makeSite((request, response) => {
      const { host = '' } = request.headers;
      const resource = new URL(request.url ?? '', 'http://x').searchParams.get('resource') ?? '';
      const name = resource.replace(/^acct:|@.*$/g, '');
      if (name === 'else') return json(response, finger(at(host, 'someone'), bob.nodeId, bob.url));
      if (name === 'forged') return json(response, finger(resource, other.nodeId, bob.url));
      if (name === 'renamed') return json(response, finger(resource, bob.nodeId, bob.url));
      if (name === 'empty') return json(response, { subject: resource });
      if (name === 'nonsense') return void response.end('<html>');
      response.statusCode = 404;
      response.end();
    });
    const cases: readonly [string, string][] = [
      ['else', 'discovery/nonsense'],
      ['forged', 'discovery/mismatch'],
      ['renamed', 'discovery/mismatch'],
      ['empty', 'discovery/nonsense'],
      ['nonsense', 'discovery/nonsense'],
      ['nobody', 'discovery/unknown'],
    ];
    for (const [name, code] of cases) {
      await assert.rejects(alice.door(discovery).resolve(`${name}@${site.host}`), { code }, name);
    }
    assert.equal(await alice.door(discovery).find(bob.nodeId), undefined);
  });
});

/** A node of the wide world: nothing on this machine is an address that it may contact, one host excepted. */
function worldNetwork(allowed: readonly string[] = []): Network {
  return createNetwork({
    ownUrl: () => 'https://alice.example',
    networks: allowed,
    userAgent: 'test',
    resolve: (host, _options, callback) =>
      callback(null, [{ address: host === 'rebound.example' ? '127.0.0.1' : '127.0.0.2', family: 4 }]),
  });
}

const attempts = async (peer: Peer) => (await peer.door(federation).ledger.list({ limit: 10 })).items[0];

describe('an address that this node may not contact (F24)', () => {
  it('gets no packet, whoever typed it and however it is written', async () => {
    await using trap = await makeSite((_request, response) => void response.end('{}'));
    const { port } = new URL(trap.url);
    await using alice = await makePeer({ name: 'alice', network: worldNetwork() });
    const hosts = [
      '127.0.0.1',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[fd00::1]',
      '169.254.169.254',
      '100.64.0.1',
      '10.0.0.1',
      '0x7f.1',
      '0177.0.0.1',
      '2130706433',
      'localhost',
      'localhost.',
      'rebound.example',
    ];
    for (const host of hosts) {
      await assert.rejects(
        alice.door(discovery).resolve(`http://${host}:${port}`),
        { code: 'network/forbidden-address' },
        host,
      );
    }
    for (const host of ['127.0.0.1', 'localhost', 'rebound.example']) {
      await assert.rejects(alice.door(discovery).resolve(`bob@${host}:${port}`), {
        code: /^network\/(forbidden-address|unreachable)$/,
      });
    }
    for (const other of ['file:///etc/passwd', 'gopher://127.0.0.1/', 'javascript:1']) {
      await assert.rejects(alice.door(discovery).resolve(other), { code: 'discovery/query' });
    }
    assert.deepEqual(trap.asked, []);
  });

  it('gets none from the record of whoever introduced himself', async () => {
    await using trap = await makeSite((_request, response) => void response.end('{}'));
    await using alice = await makePeer({ name: 'alice', network: worldNetwork() });
    const mallory = await knownSigner(alice, overHttp, 'contact', { serverUrl: trap.url });
    await alice.running.host.db.write((tx) =>
      alice.door(federation).send(tx, {
        to: mallory.nodeId,
        type: 'post_share',
        payload: share(alice.nodeId, 'p1') as never,
      }),
    );
    const entry = await eventually('it was tried', async () => {
      const found = await attempts(alice);
      return found !== undefined && found.attempts > 0 && found;
    });
    assert.deepEqual([entry.state, entry.reason], ['queued', 'network/forbidden-address']);
    await assert.rejects(
      alice
        .door(federation)
        .ask(mallory.nodeId, 'content_get', { uri: `orf://${mallory.nodeId}/post/x` as never }),
      { code: 'network/forbidden-address' },
    );
    assert.deepEqual(trap.asked, []);
  });

  it('gets none by a redirect, nor by the answer of a host that may be contacted', async () => {
    await using trap = await makeSite((_request, response) => void response.end('{}'));
    await using alice = await makePeer({ name: 'alice', network: worldNetwork() });
    const { nodeId } = await makeSigner();
    let way: 'redirect' | 'finger' = 'redirect';
    // Only 127.0.0.2 may be contacted, where this one listens.
    const server = createServer((request, response) => {
      const resource = new URL(request.url ?? '', 'http://x').searchParams.get('resource') ?? '';
      if (way === 'finger') return json(response, finger(resource, nodeId, trap.url));
      response.writeHead(302, { location: `${trap.url}/elsewhere` }).end();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.2', resolve));
    const { port } = server.address() as AddressInfo;
    await using carol = await makePeer({ name: 'carol', network: worldNetwork(['127.0.0.2/32']) });
    await assert.rejects(alice.door(discovery).resolve(`http://127.0.0.2:${port}`), {
      code: 'network/forbidden-address',
    });
    await assert.rejects(carol.door(discovery).resolve(`http://127.0.0.2:${port}`), {
      code: 'network/forbidden-address',
    });
    way = 'finger';
    await assert.rejects(carol.door(discovery).resolve(`bob@127.0.0.2:${port}`));
    server.closeAllConnections();
    server.close();
    assert.deepEqual(trap.asked, []);
  });
});

describe('an address that answers without end (F25)', () => {
  it('is given up at its limit of bytes and of redirects', async () => {
    await using alice = await makePeer({ name: 'alice' });
    const piece = Buffer.alloc(64 * 1024, 32);
    await using endless = await makeSite((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
    });
    await assert.rejects(alice.door(discovery).resolve(endless.url), { code: 'network/too-large' });
    await using circle = await makeSite((request, response) => {
      response.writeHead(302, { location: request.url }).end();
    });
    await assert.rejects(alice.door(discovery).resolve(circle.url), { code: 'network/unreachable' });
    assert.ok(circle.asked.length <= 4);
    await using foreign = await makeSite((_request, response) => json(response, { record: '{}', log: 'x' }));
    await assert.rejects(alice.door(discovery).resolve(foreign.url));
    assert.equal(alice.door(discovery).senderNow(alice.nodeId), undefined);
  });
});
