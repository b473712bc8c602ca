// `ored id` as a script runs it, against a real node.
import { makeNode } from '#kit';
import { verifyIdentityLog } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

describe('ored id', () => {
  it('shows who the node is, as status and the network do', async () => {
    await using node = await makeNode({ name: 'alice' });
    const shown = (await node.ored('id', 'show')) as Record<string, unknown>;
    const status = (await node.ored('status')) as Record<string, unknown>;
    for (const field of ['node_id', 'did', 'username', 'server_url', 'recovery']) {
      assert.equal(shown[field], status[field], field);
    }
    const log = await (await node.fetch('/.well-known/did.jsonl')).text();
    assert.equal((await verifyIdentityLog(log)).nodeId, shown.node_id);
  });

  it('shows the kit, confirms it with the two words asked for, and never shows it again', async () => {
    await using node = await makeNode({ name: 'alice' });
    const kit = (await node.ored('id', 'kit')) as { words: string[]; check: number[] };
    assert.equal(kit.words.length, 24);
    const wrong = await node.cli(['id', 'kit', '--confirm', 'not these']);
    assert.equal(wrong.code, 65);
    const asked = kit.check.map((position) => kit.words[position - 1]).join(' ');
    assert.deepEqual(await node.ored('id', 'kit', '--confirm', asked), { recovery: 'confirmed' });
    const status = (await node.ored('status')) as Record<string, unknown>;
    assert.equal(status.recovery, 'confirmed');
    const again = await node.cli(['id', 'kit']);
    assert.deepEqual([again.code, Object.keys(again.json() as object)], [1, ['error']]);
  });
});
