// The hardened server: host and origin checks, sessions, access, bodies and errors, over a real socket.
import { anonymousActor, type Actor, type Decision } from '#kernel/actor.ts';
import { bind, defineRoute, type BoundRoute } from '#kernel/http/contract.ts';
import { createApi, createHardenedServer } from '#kernel/http/server.ts';
import { createLog } from '#kernel/log.ts';
import { AppError } from '#protocol/errors.ts';
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';

const owner: Actor = { kind: 'account', account_id: 'a', role: 'owner' };

const echo = bind(
  defineRoute({
    id: 'test.echo',
    method: 'POST',
    path: '/echo/:id',
    summary: 'Echoes',
    audience: 'owner',
    access: { kind: 'thing', action: 'write', idFrom: 'id' },
    params: z.object({ id: z.string() }),
    body: z.strictObject({ text: z.string().max(10) }),
    output: z.object({ id: z.string(), text: z.string() }),
  }),
  ({ params, body }) => Promise.resolve({ id: params.id, text: body.text }),
);
const open = bind(
  defineRoute({
    id: 'test.open',
    method: 'GET',
    path: '/open/:id',
    summary: 'Open',
    audience: 'public',
    access: { kind: 'thing', action: 'read', idFrom: 'id' },
    params: z.object({ id: z.string() }),
    output: z.object({ ok: z.literal(true) }),
  }),
  ({ params }) => {
    if (params.id === 'crash') throw new Error('secret detail');
    if (params.id === 'busy') {
      throw new AppError({
        category: 'limit',
        code: 'test/busy',
        safe: { en: 'Busy', fr: 'Occupé' },
        retryAfterS: 7,
      });
    }
    return Promise.resolve({ ok: true as const });
  },
);

const asked = bind(
  defineRoute({
    id: 'test.asked',
    method: 'GET',
    path: '/asked',
    summary: 'Asked',
    audience: 'public',
    access: { kind: 'thing', action: 'read' },
    query: z.strictObject({ word: z.string() }),
    output: z.object({ word: z.string() }),
  }),
  ({ query }) => Promise.resolve(query),
);

interface Rig extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly asked: string[];
}

async function serve(
  options: { actor?: Actor; decision?: Decision; routes?: BoundRoute[] } = {},
): Promise<Rig> {
  const asked: string[] = [];
  const server = createHardenedServer(
    createApi({
      routes: options.routes ?? [echo, open],
      rawRoutes: [
        {
          method: 'POST',
          path: '/raw',
          access: { kind: 'raw', action: 'write' },
          handle: (_request, response) => void response.end('raw'),
        },
      ],
      log: createLog({ level: 'silent' }),
      authenticate: () => Promise.resolve(options.actor ?? owner),
      decide: (request) => {
        asked.push(`${request.action} ${request.resource.kind} ${request.resource.id ?? ''}`.trim());
        return Promise.resolve(options.decision ?? { allow: true, why: 'test' });
      },
      hosts: () => ['127.0.0.1', '[::1]', 'alice.example'],
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
}

/** A request whose Host header is not the address's: fetch does not send one. */
function statusWithHost(port: number, host: string, path: string, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ port, host: '127.0.0.1', path, method, headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}

async function problemCode(response: Response): Promise<string> {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  return ((await response.json()) as { code: string }).code;
}

describe('the API server', () => {
  it('parses by the contract, asks access with the resource, and answers', async () => {
    await using rig = await serve();
    const response = await post(`${rig.url}/echo/x1`, '{"text":"salut"}');
    assert.deepEqual(await response.json(), { id: 'x1', text: 'salut' });
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(rig.asked, ['write thing x1']);
  });

  it('answers 421 to a foreign Host on API, raw and unknown paths alike (L1)', async () => {
    await using rig = await serve();
    for (const [path, method] of [
      ['/open/1', 'GET'],
      ['/raw', 'POST'],
      ['/nowhere', 'GET'],
    ] as const) {
      assert.equal(await statusWithHost(rig.port, 'evil.test', path, method), 421, path);
      assert.equal(await statusWithHost(rig.port, `evil.test:${rig.port}`, path, method), 421, path);
    }
    assert.equal(await statusWithHost(rig.port, `ALICE.example:${rig.port}`, '/open/1'), 200);
    assert.deepEqual(rig.asked, ['read thing 1']);
  });

  it('answers 403 to a foreign Origin and sends no CORS header (L2)', async () => {
    await using rig = await serve();
    for (const origin of ['https://evil.test', 'null', 'http://127.0.0.1:1']) {
      const response = await post(`${rig.url}/echo/1`, '{"text":"a"}', { origin });
      assert.equal(response.status, 403, origin);
      assert.equal(response.headers.get('access-control-allow-origin'), null);
    }
    assert.equal((await post(`${rig.url}/echo/1`, '{"text":"a"}', { origin: rig.url })).status, 200);
  });

  it('answers 401 to an owner route without a session, even from loopback (L3)', async () => {
    await using rig = await serve({ actor: anonymousActor });
    const response = await post(`${rig.url}/echo/1`, '{"text":"a"}');
    assert.equal(response.status, 401);
    assert.equal(await problemCode(response), 'access/sign-in');
    assert.deepEqual(rig.asked, []);
  });

  it('hides from a stranger whether what access refuses exists', async () => {
    await using rig = await serve({ actor: anonymousActor, decision: { allow: false, why: 'no' } });
    assert.equal((await fetch(`${rig.url}/open/1`)).status, 404);
    await using signedIn = await serve({ decision: { allow: false, why: 'no' } });
    assert.equal((await fetch(`${signedIn.url}/open/1`)).status, 403);
  });

  it('refuses a body of another type, compressed, malformed, unknown or too long in its own way', async () => {
    await using rig = await serve();
    const url = `${rig.url}/echo/1`;
    assert.equal((await post(url, 'text=a', { 'content-type': 'text/plain' })).status, 415);
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(1_000_000, 32)));
    assert.equal((await post(url, bomb, { 'content-encoding': 'gzip' })).status, 415);
    assert.equal((await post(url, '{"text":')).status, 400);
    assert.equal((await post(url, '{"text":"a","admin":true}')).status, 400);
    assert.equal((await post(url, '{"text":"01234567890"}')).status, 422);
    assert.equal((await post(url, JSON.stringify({ text: 'x'.repeat(300_000) }))).status, 413);
  });

  it('stops reading an endless chunked body at the limit (F14)', async () => {
    await using rig = await serve();
    const socket = connect(rig.port, '127.0.0.1');
    socket.write(
      `POST /echo/1 HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      let sent = 0;
      socket.on('data', (data: Buffer) => {
        text += data.toString();
        if (text.includes('\r\n\r\n')) resolve(text);
      });
      socket.on('error', reject);
      const push = (): void => {
        while (sent < 200 && !socket.destroyed) {
          sent += 1;
          if (!socket.write(chunk)) return void socket.once('drain', push);
        }
      };
      push();
    });
    socket.destroy();
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });

  it('sends every answer, errors too, with the headers that hold a browser to the strictest', async () => {
    await using rig = await serve();
    const answers = [
      await fetch(`${rig.url}/open/1`),
      await fetch(`${rig.url}/open/crash`),
      await fetch(`${rig.url}/nowhere`),
      await fetch(`${rig.url}/open/%E0%A4%A`),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 500, 404, 400],
    );
    for (const { headers, url } of answers) {
      const policy = headers.get('content-security-policy') ?? '';
      for (const directive of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
        assert.ok(policy.split(';').includes(directive), `${directive} at ${url}`);
      }
      assert.equal(headers.get('x-content-type-options'), 'nosniff', url);
      assert.equal(headers.get('x-frame-options'), 'SAMEORIGIN', url);
      assert.equal(headers.get('referrer-policy'), 'no-referrer', url);
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', url);
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', url);
      assert.equal(headers.get('strict-transport-security'), null, url);
      assert.equal(headers.get('x-powered-by'), null, url);
    }
  });

  it('answers HEAD with the headers of GET and nothing else, and a second query value is not one', async () => {
    await using rig = await serve({ routes: [open, asked] });
    const head = await fetch(`${rig.url}/open/1`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), '');
    assert.equal((await fetch(`${rig.url}/asked?word=a%20b`)).status, 200);
    assert.equal((await fetch(`${rig.url}/asked?word=a&word=b`)).status, 400);
    assert.equal((await fetch(`${rig.url}/asked`)).status, 400);
  });

  it('tells a handler that who asked has gone, whether it looks before or after', async () => {
    for (const look of ['before', 'after']) {
      const begun = Promise.withResolvers<void>();
      const seen = Promise.withResolvers<boolean>();
      const waiting = bind(open.contract, async (_input, context) => {
        if (look === 'before') assert.equal(context.signal.aborted, false);
        context.response.once('close', () => setImmediate(() => seen.resolve(context.signal.aborted)));
        begun.resolve();
        await seen.promise;
        return { ok: true };
      });
      await using rig = await serve({ routes: [waiting] });
      const socket = connect(rig.port, '127.0.0.1');
      socket.write('GET /open/1 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
      await begun.promise;
      socket.destroy();
      assert.equal(await seen.promise, true, look);
    }
  });

  it('says nothing of an unexpected error but that it happened', async () => {
    await using rig = await serve();
    const response = await fetch(`${rig.url}/open/crash`);
    const text = await response.text();
    assert.equal(response.status, 500);
    assert.equal(text.includes('secret detail'), false);
  });

  it('speaks the language that was asked for, and says when to come back', async () => {
    await using rig = await serve();
    const response = await fetch(`${rig.url}/open/busy`, {
      headers: { 'accept-language': 'fr-SN,fr;q=0.9' },
    });
    assert.equal(response.status, 429);
    assert.equal(response.headers.get('retry-after'), '7');
    assert.equal(((await response.json()) as { detail: string }).detail, 'Occupé');
  });

  it('answers 400 to a path that is not valid percent-encoding', async () => {
    await using rig = await serve();
    assert.equal((await fetch(`${rig.url}/open/%E0%A4%A`)).status, 400);
  });

  it('answers a raw address with a query, and names its methods to any other', async () => {
    await using rig = await serve();
    const asked = await fetch(`${rig.url}/raw?page=2`, { method: 'POST' });
    assert.deepEqual([asked.status, await asked.text()], [200, 'raw']);
    for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS']) {
      const response = await fetch(`${rig.url}/raw?page=2`, { method });
      assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST'], method);
    }
    assert.equal((await fetch(`${rig.url}/raw/more`)).status, 404);
  });
});
