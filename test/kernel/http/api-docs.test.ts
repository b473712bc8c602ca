// The API documents are served by this server alone.
import { createApi, createHardenedServer } from '#kernel/http/server.ts';
import { bind, defineRoute } from '#kernel/http/contract.ts';
import { mountApiDocs } from '#kernel/http/docs.ts';
import { openApiDocument } from '#kernel/http/openapi.ts';
import { anonymousActor } from '#kernel/actor.ts';
import { createLog } from '#kernel/log.ts';
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { z } from 'zod';

const route = defineRoute({
  id: 'thing.show',
  method: 'GET',
  path: '/api/v1/things/:id',
  summary: 'Shows a thing',
  audience: 'public',
  access: { kind: 'thing', action: 'read', idFrom: 'id' },
  params: z.object({ id: z.string().max(40) }),
  query: z.object({ limit: z.coerce.number().int().max(100).optional() }),
  output: z.object({ id: z.string() }),
});

it('serves the OpenAPI document and its reader from this server alone', async () => {
  const server = createHardenedServer(
    createApi({
      routes: [bind(route, ({ params }) => Promise.resolve({ id: params.id }))],
      rawRoutes: [],
      log: createLog({ level: 'silent' }),
      authenticate: () => Promise.resolve(anonymousActor),
      decide: () => Promise.resolve({ allow: true, why: 'test' }),
      hosts: null,
      mount: (app) =>
        mountApiDocs(app, {
          documentPath: '/api/v1/openapi.json',
          docsPath: '/api/docs',
          document: () => openApiDocument({ title: 'T', version: '1', description: 'd', contracts: [route] }),
        }),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const document = (await (await fetch(`${base}/api/v1/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, { get: { operationId: string; parameters: { name: string }[] } }>;
    };
    assert.equal(document.openapi, '3.1.0');
    const operation = document.paths['/api/v1/things/{id}']?.get;
    assert.equal(operation?.operationId, 'thing.show');
    assert.deepEqual(operation.parameters.map(({ name }) => name).sort(), ['id', 'limit']);

    const page = await fetch(`${base}/api/docs`);
    const html = await page.text();
    const references = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    assert.equal(references.length, 4);
    for (const reference of references) {
      assert.match(reference, /^\/api\/docs\//);
      assert.equal((await fetch(base + reference)).status, 200, reference);
    }
    assert.equal(/<script(?![^>]*src=)/.test(html), false, 'no inline script');
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
