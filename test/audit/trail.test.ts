// The audit trail: complete, ordered, free of content, and betraying every change.
import { access } from '#node/access/index.ts';
import { audit } from '#node/audit/index.ts';
import { identity } from '#node/identity/index.ts';
import { vault } from '#node/vault/index.ts';
import { tables } from '#kernel/db/database.ts';
import type { NewEvent } from '#kernel/events.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql, type RawBuilder } from 'kysely';
import { eventually, fakeClock, type FakeClock } from '#kit';
import { inFolder, makeRig, type Rig } from '../identity/rig.ts';

const features = [vault, identity, access, audit];
const never = new AbortController().signal;

async function append(rig: Rig, events: readonly NewEvent[]): Promise<void> {
  await rig.host.db.write((tx) => rig.events.append(tx, events));
}
const made = (count: number, from = 1): NewEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    type: 'post.created',
    subject: `post-${from + i}`,
    actor: 'account:a',
    new: { n: from + i },
  }));

/** Waits until the trail has `count` entries. */
async function trail(rig: Rig, count: number) {
  return eventually(`${count} entries`, async () => {
    await (rig.host.clock as FakeClock).advance(1);
    const entries = await rig.booted.door(audit).after(0, { limit: 1_000, waitMs: 0, signal: never });
    return entries.length >= count ? entries : undefined;
  });
}
const tamper = (rig: Rig, statement: RawBuilder<unknown>): Promise<void> =>
  rig.host.db.write(async (tx) => void (await statement.execute(tables(tx))));

describe('the audit trail', () => {
  it('has every event exactly once and in order, also over a restart', async () => {
    await inFolder(async (dataDir) => {
      {
        await using rig = await makeRig(features, { dataDir });
        await append(rig, made(700));
        await trail(rig, 700);
      }
      await using rig = await makeRig(features, { dataDir });
      await append(rig, made(3, 701));
      const entries = await trail(rig, 703);
      assert.deepEqual(
        entries.map(({ subject }) => subject),
        made(703).map(({ subject }) => subject),
      );
      assert.deepEqual(
        entries.map(({ seq }) => seq),
        entries.map((_, i) => i + 1),
      );
      const verification = await rig.booted.door(audit).verify();
      assert.deepEqual([verification.ok, verification.entries], [true, 703]);
    });
  });

  it('holds when empty', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      const { ok, entries } = await rig.booted.door(audit).verify();
      assert.deepEqual([ok, entries], [true, 0]);
    });
  });

  it('betrays a changed, removed, added, renumbered or cut-off entry, and where', async () => {
    const cases: [string, RawBuilder<unknown>, number][] = [
      ['changed actor', sql`UPDATE audit_entry SET actor = 'node:other' WHERE seq = 4`, 4],
      ['changed detail', sql`UPDATE audit_entry SET detail = '{}' WHERE seq = 4`, 4],
      ['removed', sql`DELETE FROM audit_entry WHERE seq = 4`, 4],
      ['cut off', sql`DELETE FROM audit_entry WHERE seq > 7`, 8],
      ['all gone', sql`DELETE FROM audit_entry`, 1],
      ['head moved back', sql`UPDATE audit_head SET seq = 7`, 7],
      ['swapped', sql`UPDATE audit_entry SET seq = CASE seq WHEN 4 THEN 50 ELSE seq END`, 4],
    ];
    for (const [name, statement, at] of cases) {
      await inFolder(async (dataDir) => {
        await using rig = await makeRig(features, { dataDir });
        await append(rig, made(10));
        await trail(rig, 10);
        await tamper(rig, statement);
        const { ok, brokenAt } = await rig.booted.door(audit).verify();
        assert.deepEqual([ok, brokenAt], [false, at], name);
      });
    }
  });

  it('withholds what people wrote and what is secret', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      const secret = 'the text of a private post';
      await append(rig, [
        {
          type: 'post.edited',
          subject: 'p',
          actor: 'account:a',
          old: { text: secret, visibility: 'friends' },
          new: { text: secret, long: secret.repeat(20), deep: { a: { b: { c: { d: secret } } } }, half: 0.5 },
        },
      ]);
      const [entry] = await trail(rig, 1);
      assert.ok(entry !== undefined && !entry.detail.includes(secret));
      assert.ok(entry.detail.includes('"visibility":"friends"'));
      assert.equal((await rig.booted.door(audit).verify()).ok, true);
    });
  });

  it('wakes a follower that waits, and lets one go when its time or its client is over', async () => {
    await inFolder(async (dataDir) => {
      const clock = fakeClock();
      await using rig = await makeRig(features, { dataDir, clock });
      const door = rig.booted.door(audit);
      await append(rig, made(1));
      await trail(rig, 1);
      const waiting = door.after(1, { limit: 10, waitMs: 20_000, signal: never });
      await append(rig, made(1, 2));
      assert.deepEqual(
        (await waiting).map(({ subject }) => subject),
        ['post-2'],
      );
      const gone = new AbortController();
      const abandoned = door.after(2, { limit: 10, waitMs: 20_000, signal: gone.signal });
      gone.abort();
      assert.deepEqual(await abandoned, []);
    });
  });

  it('tells of what was refused to a stranger, once and without what they tried', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      const bob = { kind: 'node', node_id: 'QmBob' } as const;
      for (let i = 0; i < 50; i += 1) {
        const resource = { kind: 'audit', id: `secret-${i}` };
        await rig.booted.door(access).decide({ actor: bob, action: 'read', resource });
      }
      const [entry] = await trail(rig, 1);
      assert.deepEqual([entry?.type, entry?.actor, entry?.subject], ['access.denied', 'node:QmBob', 'audit']);
      assert.ok(entry !== undefined && !entry.detail.includes('secret-'));
    });
  });
});
