// Requests as no browser writes them, over bare sockets: who is meant, where a body ends, how long it may take.
import { anonymousActor } from '#kernel/actor.ts';
import { bind, defineRoute } from '#kernel/http/contract.ts';
import { sendProblem } from '#kernel/http/problem.ts';
import { readBytes } from '#kernel/http/body.ts';
import { createApi, createHardenedServer } from '#kernel/http/server.ts';
import { createLog } from '#kernel/log.ts';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { z } from 'zod';

const look = bind(
  defineRoute({
    id: 'test.look',
    method: 'GET',
    path: '/look',
    summary: 'Looks',
    audience: 'public',
    access: { kind: 'thing', action: 'read' },
    query: z.strictObject({ word: z.string().optional() }),
    output: z.object({ ok: z.boolean() }),
  }),
  () => Promise.resolve({ ok: true }),
);
const take = bind(
  defineRoute({
    id: 'test.take',
    method: 'POST',
    path: '/take',
    summary: 'Takes',
    audience: 'public',
    access: { kind: 'thing', action: 'write' },
    body: z.strictObject({ text: z.string().optional() }),
    output: z.object({ ok: z.boolean() }),
  }),
  () => Promise.resolve({ ok: true }),
);

const api = (): RequestListener =>
  createApi({
    routes: [look, take],
    rawRoutes: [
      {
        method: 'POST',
        path: '/raw',
        access: { kind: 'raw', action: 'write' },
        handle: (_request, response) => void response.end('raw'),
      },
    ],
    log: createLog({ level: 'silent' }),
    authenticate: () => Promise.resolve(anonymousActor),
    decide: () => Promise.resolve({ allow: true, why: 'test' }),
    hosts: () => ['alice.example'],
  });

async function serving(server: Server): Promise<AsyncDisposable & { readonly port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends exact bytes and returns all that comes until the server closes, which the last request must ask for. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

const statuses = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
const lines = (...texts: string[]): string => `${texts.join('\r\n')}\r\n\r\n`;

describe('the API server, against requests written by hand', () => {
  const cases: readonly (readonly [what: string, request: string, status: number])[] = [
    [
      'two Host headers',
      lines('GET /look HTTP/1.1', 'Host: alice.example', 'Host: evil.test', 'Connection: close'),
      400,
    ],
    ['no Host in HTTP/1.1', lines('GET /look HTTP/1.1', 'Connection: close'), 400],
    ['no Host in HTTP/1.0', lines('GET /look HTTP/1.0'), 421],
    [
      'another host in the target',
      lines('GET http://evil.test/look HTTP/1.1', 'Host: alice.example', 'Connection: close'),
      421,
    ],
    [
      'its own host in the target',
      lines('GET http://alice.example/look?word=a HTTP/1.1', 'Host: alice.example', 'Connection: close'),
      200,
    ],
    [
      'its own host in the target of a raw route',
      lines(
        'POST http://alice.example:80/raw HTTP/1.1',
        'Host: alice.example',
        'Content-Length: 0',
        'Connection: close',
      ),
      200,
    ],
    [
      'a target that is no URL',
      lines('GET http://[ HTTP/1.1', 'Host: alice.example', 'Connection: close'),
      400,
    ],
    ['HEAD of a GET', lines('HEAD /look HTTP/1.1', 'Host: alice.example', 'Connection: close'), 200],
    [
      'two different lengths',
      lines('POST /take HTTP/1.1', 'Host: alice.example', 'Content-Length: 2', 'Content-Length: 3'),
      400,
    ],
    [
      'a length and chunks',
      lines('POST /take HTTP/1.1', 'Host: alice.example', 'Content-Length: 2', 'Transfer-Encoding: chunked'),
      400,
    ],
    ['a negative length', lines('POST /take HTTP/1.1', 'Host: alice.example', 'Content-Length: -1'), 400],
    [
      'a prototype key in the query',
      lines('GET /look?__proto__=1 HTTP/1.1', 'Host: alice.example', 'Connection: close'),
      400,
    ],
    [
      'a prototype key with brackets',
      lines('GET /look?__proto__[a]=1 HTTP/1.1', 'Host: alice.example', 'Connection: close'),
      400,
    ],
    [
      'a repeated query key',
      lines('GET /look?word=a&word=b HTTP/1.1', 'Host: alice.example', 'Connection: close'),
      400,
    ],
    [
      'an address of 17 KiB',
      lines(`GET /look?word=${'a'.repeat(17_000)} HTTP/1.1`, 'Host: alice.example'),
      431,
    ],
    [
      'a path that does not decode',
      lines('GET /%E0%A4%A HTTP/1.1', 'Host: alice.example', 'Connection: close'),
      404,
    ],
    [
      'an unknown expectation',
      lines('GET /look HTTP/1.1', 'Host: alice.example', 'Expect: 42', 'Connection: close'),
      417,
    ],
    [
      'a prototype key in the body',
      `${lines('POST /take HTTP/1.1', 'Host: alice.example', 'Content-Type: application/json', 'Content-Length: 23', 'Connection: close')}{"__proto__":{"text":1}}`,
      400,
    ],
  ];
  for (const [what, request, status] of cases) {
    it(`answers ${status} to ${what}`, async () => {
      await using on = await serving(createHardenedServer(api()));
      assert.deepEqual(statuses(await exchange(on.port, request)), [status]);
    });
  }

  it('answers the next request on a connection after a body over the limit', async () => {
    await using on = await serving(createHardenedServer(api()));
    const length = 300 * 1024;
    const large = `${lines('POST /take HTTP/1.1', 'Host: alice.example', 'Content-Type: application/json', `Content-Length: ${length}`)}${'x'.repeat(length)}`;
    const next = lines('GET /look HTTP/1.1', 'Host: alice.example', 'Connection: close');
    assert.deepEqual(statuses(await exchange(on.port, large + next)), [413, 200]);
  });
});

describe('the hardened server', () => {
  it('cuts a client that goes on sending after its answer', async () => {
    await using on = await serving(createHardenedServer(api(), 50));
    const head = lines(
      'POST /take HTTP/1.1',
      'Host: alice.example',
      'Content-Type: application/json',
      'Content-Length: 9000000',
    );
    assert.deepEqual(statuses(await exchange(on.port, `${head}x`)), [413]);
  });
});

describe('readBytes', () => {
  const reading = (msMax: number): Server =>
    createServer((request, response) => {
      readBytes(request, 1_000, msMax).then(
        (bytes) => response.end(String(bytes.length)),
        (error: unknown) => sendProblem(response, error),
      );
    });

  it('gives a body that trickles in no longer than its time, and closes', async () => {
    await using on = await serving(reading(50));
    const answer = await exchange(on.port, lines('POST / HTTP/1.1', 'Host: a', 'Content-Length: 10') + 'abc');
    assert.deepEqual(statuses(answer), [408]);
    assert.match(answer, /connection: close/i);
  });

  it('reads a body that comes in time', async () => {
    await using on = await serving(reading(30_000));
    const head = lines('POST / HTTP/1.1', 'Host: a', 'Content-Length: 3', 'Connection: close');
    assert.match(await exchange(on.port, `${head}abc`), /\r\n3$/);
  });

  it('fails at once when the client has gone before anybody read', async () => {
    const outcome = Promise.withResolvers<unknown>();
    const server = createServer((request) => {
      request.once('close', () => {
        setImmediate(() => void readBytes(request, 1_000).then(outcome.resolve, outcome.reject));
      });
    });
    await using on = await serving(server);
    const socket = connect(on.port, '127.0.0.1');
    socket.write(lines('POST / HTTP/1.1', 'Host: a', 'Content-Length: 10') + 'abc');
    server.once('request', () => socket.destroy());
    await assert.rejects(outcome.promise, { code: 'http/aborted' });
  });
});
