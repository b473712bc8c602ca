// What the owner's API and the public routes refuse (the rows L1, L2, L3, L7, F14, F15 of docs/security.md),
// generated from the table of routes, so that no route is forgotten.
import type { BoundRoute } from '#kernel/http/contract.ts';
import { JSON_BODY_BYTES_MAX } from '#kernel/http/limits.ts';
import { claimNode, makeNode, signIn, type TestNode } from '#kit';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

interface Target {
  readonly method: string;
  readonly path: string;
  readonly audience: 'public' | 'owner';
  readonly hasBody: boolean;
}

/** Every route of a running node: the areas', the raw ones, and what the edge serves itself. */
async function routesOf(node: TestNode): Promise<Target[]> {
  const document = (await (await node.fetch('/api/v1/openapi.json')).json()) as {
    paths: Record<string, Record<string, { description?: string; requestBody?: object }>>;
  };
  const contracts = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Target => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, 'x'),
      audience: operation.description === undefined ? 'public' : 'owner',
      hasBody: operation.requestBody !== undefined,
    })),
  );
  const raw = node.running.booted.rawRoutes.map(({ method, path }): Target => ({
    method,
    path,
    audience: 'public',
    hasBody: true,
  }));
  const documents = ['/api/docs', '/api/v1/openapi.json'].map((path): Target => ({
    method: 'GET',
    path,
    audience: 'public',
    hasBody: false,
  }));
  return [...contracts, ...raw, ...documents];
}

/** A request as raw as needed: fetch does not let a test choose Host. */
async function ask(
  node: TestNode,
  target: Pick<Target, 'method' | 'path'>,
  headers: Record<string, string>,
  body?: Buffer,
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
  const asked = httpRequest(`${node.url}${target.path}`, { method: target.method, headers });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() };
}

describe('a request to the node', () => {
  it('is refused with 421 on every route under a host name that is not its own', async () => {
    await using node = await makeNode({ name: 'alice', settings: { edge: { hosts: ['alice.example'] } } });
    const routes = await routesOf(node);
    assert.ok(routes.length > 15, 'the table of routes is the real one');
    for (const route of routes) {
      for (const host of ['evil.test', 'localhost.evil.test', '127.0.0.1.evil.test:80']) {
        const { status } = await ask(node, route, { host });
        assert.equal(status, 421, `${route.method} ${route.path} ${host}`);
      }
    }
    const live = { method: 'GET', path: '/health/live' };
    for (const host of ['localhost', '127.0.0.1:1', '[::1]:7701', 'alice.example', 'ALICE.example:443']) {
      assert.equal((await ask(node, live, { host })).status, 200, host);
    }
  });

  it('is refused with 403 from a page of another origin, and no CORS header invites it', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const contracts = (await routesOf(node)).filter(
      ({ path }) => path.startsWith('/api/v1/') && path !== '/api/v1/openapi.json',
    );
    for (const route of contracts) {
      for (const origin of ['https://evil.test', 'null', `${node.url}.evil.test`]) {
        const headers = { origin, authorization: `Bearer ${owner.token}`, 'content-type': 'text/plain' };
        const answer = await ask(node, route, headers, route.hasBody ? Buffer.from('{}') : undefined);
        assert.equal(answer.status, 403, `${route.method} ${route.path} ${origin}`);
        assert.equal(answer.headers['access-control-allow-origin'], undefined);
      }
    }
    assert.equal((await owner.fetch('/api/v1/status', { headers: { origin: node.url } })).status, 200);
    const preflight = await ask(
      node,
      { method: 'OPTIONS', path: '/api/v1/status' },
      { origin: 'https://evil.test' },
    );
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
  });

  it('is refused with 401 on every owner route without a session, also from this machine', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owners = (await routesOf(node)).filter(({ audience }) => audience === 'owner');
    assert.ok(owners.length > 8);
    for (const route of owners) {
      const headers = { 'content-type': 'application/json' };
      const { status } = await ask(node, route, headers, route.hasBody ? Buffer.from('{}') : undefined);
      assert.equal(status, 401, `${route.method} ${route.path}`);
    }
  });

  it('is refused with 401 on every owner route once its session has ended', async () => {
    await using node = await makeNode({ name: 'alice' });
    await claimNode(node);
    const ended = await signIn(node);
    assert.equal((await ended.fetch('/api/v1/status')).status, 200);
    assert.equal((await ended.fetch('/api/v1/sign-out', { method: 'POST' })).status, 204);
    for (const route of (await routesOf(node)).filter(({ audience }) => audience === 'owner')) {
      const headers = { authorization: `Bearer ${ended.token}`, 'content-type': 'application/json' };
      const { status } = await ask(node, route, headers, route.hasBody ? Buffer.from('{}') : undefined);
      assert.equal(status, 401, `${route.method} ${route.path}`);
    }
  });

  it('is refused when it claims a node that has its owner', async () => {
    await using node = await makeNode({ name: 'alice' });
    const status = await node.running.status();
    const token = String(status.claim_url).split('#claim=')[1] ?? '';
    await claimNode(node);
    const body = Buffer.from(
      JSON.stringify({ token, passphrase: 'another one, quite long', mode: 'bearer' }),
    );
    const claim = { method: 'POST', path: '/api/v1/claim' };
    const again = await ask(node, claim, { 'content-type': 'application/json' }, body);
    assert.equal(again.status, 409);
    assert.equal('claim_url' in (await node.running.status()), true);
    assert.equal((await node.running.status()).claim_url, null);
  });
});

describe('a body sent to the owner’s API', () => {
  const jsonRoutes = (node: TestNode): (Target & { readonly bodyBytesMax: number })[] =>
    node.running.booted.routes
      // A made-up path parameter would be refused first.
      .filter(({ contract }: BoundRoute) => contract.body !== undefined && contract.params === undefined)
      .map(({ contract }) => ({
        method: contract.method,
        path: contract.path.replaceAll(/:\w+/g, 'x'),
        audience: contract.audience,
        hasBody: true,
        bodyBytesMax: contract.bodyBytesMax ?? JSON_BODY_BYTES_MAX,
      }));

  it('is refused with 415 when it is not JSON or is compressed, and with 413 when it is too large', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const routes = jsonRoutes(node);
    assert.ok(routes.length > 3);
    const authorization = `Bearer ${owner.token}`;
    for (const route of routes) {
      const where = `${route.method} ${route.path}`;
      const json = { authorization, 'content-type': 'application/json' };
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ]) {
        const answer = await ask(node, route, { ...json, 'content-type': type }, Buffer.from('{}'));
        assert.equal(answer.status, 415, `${where} ${type}`);
      }
      const bomb = gzipSync(Buffer.alloc(1024 * 1024));
      const zipped = await ask(node, route, { ...json, 'content-encoding': 'gzip' }, bomb);
      assert.equal(zipped.status, 415, where);
      const large = Buffer.alloc(route.bodyBytesMax + 1, 'x');
      assert.equal((await ask(node, route, json, large)).status, 413, where);
    }
  });

  it('is cut off with 413 when it never ends', async () => {
    await using node = await makeNode({ name: 'alice' });
    const socket = connect(Number(new URL(node.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      'POST /api/v1/claim HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const piece = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    let answer = '';
    socket.on('data', (data: Buffer) => (answer += data.toString()));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const send = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', send);
    send();
    // Resolves only when the node ends the connection: the sender never does.
    await closed;
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });

  it('is refused with 400 when it is JSON of the wrong shape, naming the field', async () => {
    await using node = await makeNode({ name: 'alice' });
    const claim = { method: 'POST', path: '/api/v1/claim' };
    for (const body of ['', '[', '[]', '{"token":1}', '{"__proto__":{}}']) {
      const answer = await ask(node, claim, { 'content-type': 'application/json' }, Buffer.from(body));
      assert.equal(answer.status, 400, body);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
    }
  });
});
