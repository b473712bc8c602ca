// What anybody may read of a node over HTTP, and what only the owner may.
import { identity } from '#node/identity/index.ts';
import { parseRecord, utf8, verifyIdentityLog, verifyRecord } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bearer, claim, makeHttpRig } from './http-rig.ts';
import { inFolder } from './rig.ts';

describe('what anybody may read of a node', () => {
  it('is the log and the record, which verify together', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const answer = await http.call('GET', '/orf/v1/node');
      const { record, log } = answer.json as { record: string; log: string };
      const verified = await verifyIdentityLog(log);
      await verifyRecord(parseRecord(utf8(record)), verified, { nowMs: http.clock.now() });
      assert.equal((await http.call('GET', '/.well-known/did.jsonl')).text, log);
      const document = (await http.call('GET', '/.well-known/did.json')).json;
      assert.equal(document.id, verified.did);
    });
  });

  it('is found by WebFinger under its own name only', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const find = (resource: string) =>
        http.call('GET', `/.well-known/webfinger?resource=${encodeURIComponent(resource)}`);
      const { did, nodeId } = http.rig.booted.door(identity).self();
      for (const resource of ['acct:alice@127.0.0.1:7701', 'acct:Alice@127.0.0.1:7701', did]) {
        const found = await find(resource);
        assert.equal(found.status, 200, resource);
        assert.ok(found.text.includes(nodeId));
      }
      for (const resource of ['acct:bob@127.0.0.1:7701', 'acct:alice@evil.test', 'alice']) {
        assert.equal((await find(resource)).status, 404, resource);
      }
      assert.equal((await http.call('GET', '/.well-known/webfinger')).status, 400);
    });
  });

  it('never includes the recovery kit, which only the owner sees', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      assert.equal((await http.call('POST', '/api/v1/identity/kit', { body: {} })).status, 401);
      const { access_token: token } = await claim(http);
      const kit = await http.call('POST', '/api/v1/identity/kit', { body: {}, ...bearer(token) });
      assert.equal((kit.json.words as string[]).length, 24);
      assert.equal(kit.headers.get('cache-control'), 'no-store');
      const shown = await http.call('GET', '/api/v1/identity', bearer(token));
      assert.equal(shown.json.recovery, 'unconfirmed');
      for (const word of ['words', 'seed']) assert.ok(!(word in shown.json));
    });
  });
});
