// Wrapped secrets at rest.
import { vault } from '#node/vault/index.ts';
import { tables } from '#kernel/db/database.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import { inFolder, makeRig } from '../identity/rig.ts';

const secret = new Uint8Array(32).fill(9);

describe('secrets', () => {
  it('are kept over a restart, replaced, and removed', async () => {
    await inFolder(async (dataDir) => {
      {
        await using rig = await makeRig([vault], { dataDir });
        const { secrets } = rig.booted.door(vault);
        assert.equal(await secrets.get('a'), undefined);
        await rig.host.db.write((tx) => secrets.put(tx, 'a', new Uint8Array(1)));
        await rig.host.db.write((tx) => secrets.put(tx, 'a', secret));
      }
      await using rig = await makeRig([vault], { dataDir });
      const { secrets } = rig.booted.door(vault);
      assert.deepEqual(await secrets.get('a'), secret);
      await rig.host.db.write(async (tx) => {
        await secrets.remove(tx, 'a');
        assert.equal(await secrets.get('a', tx), undefined);
      });
      assert.equal(await secrets.get('a'), undefined);
    });
  });

  it('are wrapped in their rows, and do not open when changed or under another name', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig([vault], { dataDir });
      const { secrets } = rig.booted.door(vault);
      await rig.host.db.write((tx) => secrets.put(tx, 'a', secret));
      const { rows } = await sql<{ ciphertext: Buffer }>`SELECT ciphertext FROM vault_secret`.execute(
        tables(rig.host.db.read),
      );
      assert.equal(rows[0]?.ciphertext.indexOf(Buffer.from(secret.subarray(0, 8))), -1);
      await rig.host.db.write(async (tx) => {
        await sql`UPDATE vault_secret SET name = 'b'`.execute(tables(tx));
      });
      await assert.rejects(secrets.get('b'), { code: 'vault/damaged' });
      await rig.host.db.write(async (tx) => {
        await sql`UPDATE vault_secret SET name = 'a', ciphertext = zeroblob(48)`.execute(tables(tx));
      });
      await assert.rejects(secrets.get('a'), { code: 'vault/damaged' });
    });
  });
});
