// The smallest node there is: it becomes ready, tells what it is, stays who it is, and serves its documents.
import { getStatus } from '#node/edge/http/api.ts';
import { makeNode } from '#kit';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

describe('a node in this process', () => {
  it('is ready, knows its status, and keeps its identity over a restart', async () => {
    await using node = await makeNode({ name: 'alice' });
    const before = await node.call(getStatus, {});
    assert.equal(before.node_id, node.nodeId);
    assert.equal(before.server_url, node.url);
    assert.equal((await node.fetch('/health/ready')).status, 200);
    await node.restart();
    const after = await node.call(getStatus, {});
    assert.equal(after.node_id, before.node_id);
  });

  it('serves its API documents under the strict policy', async () => {
    await using node = await makeNode({ name: 'alice' });
    const page = await node.fetch('/api/docs');
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self'/);
    const document = (await (await node.fetch('/api/v1/openapi.json')).json()) as {
      openapi: string;
      paths: object;
    };
    assert.equal(document.openapi, '3.1.0');
    assert.ok('/api/v1/status' in document.paths);
  });
});
