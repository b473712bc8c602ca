// What a crash or a careless copy leaves of the database's side files (docs/security.md, fault 24): whatever opens is consistent.
import { access } from '#node/access/index.ts';
import { audit } from '#node/audit/index.ts';
import { createNode, identity } from '#node/identity/index.ts';
import { vault } from '#node/vault/index.ts';
import { eventually } from '#kit';
import assert from 'node:assert/strict';
import { cpSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inFolder, makeRig, type Rig } from '../identity/rig.ts';

const features = [vault, identity, access, audit];
const EVENTS = 200;

/** A node with a trail, copied while it runs, so that the copy has a write-ahead log. */
async function withCopy(run: (copy: string, nodeId: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const dataDir = join(folder, 'node');
    const copy = join(folder, 'copy');
    await using rig = await makeRig(features, {
      dataDir,
      before: async (host) => {
        await createNode(host, { username: 'alice', serverUrl: host.serverUrl, language: 'en' });
      },
    });
    for (let i = 0; i < EVENTS; i += 1) {
      const event = { type: 'test.happened', subject: `subject-${i}`, actor: 'system' };
      await rig.host.db.write((tx) => rig.events.append(tx, [event]));
    }
    await eventually('the trail is complete', async () => (await lengthOf(rig)) === EVENTS + 1);
    cpSync(dataDir, copy, { recursive: true });
    assert.ok(statSync(join(copy, 'node.db-wal')).size > 0, 'the copy has a log');
    await run(copy, rig.booted.door(identity).self().nodeId);
  });
}

const lengthOf = async (rig: Rig): Promise<number> => (await rig.booted.door(audit).verify()).entries;

describe('a database without its side files', () => {
  it('has everything when only the shared-memory file is missing', async () => {
    await withCopy(async (copy, nodeId) => {
      rmSync(join(copy, 'node.db-shm'));
      await using rig = await makeRig(features, { dataDir: copy });
      assert.equal(rig.booted.door(identity).self().nodeId, nodeId);
      const { ok, entries } = await rig.booted.door(audit).verify();
      assert.deepEqual([ok, entries], [true, EVENTS + 1]);
    });
  });

  it('is whole up to a commit when its log was cut, and its trail verifies', async () => {
    await withCopy(async (copy, nodeId) => {
      const log = join(copy, 'node.db-wal');
      rmSync(join(copy, 'node.db-shm'));
      truncateSync(log, statSync(log).size - 10_000);
      await using rig = await makeRig(features, { dataDir: copy });
      assert.equal(rig.booted.door(identity).self().nodeId, nodeId);
      const { ok, entries } = await rig.booted.door(audit).verify();
      assert.equal(ok, true);
      assert.ok(entries > 0 && entries <= EVENTS + 1);
    });
  });
});
