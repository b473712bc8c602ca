// Who may do what: denied by default, rules by kind, bounded reports of denials.
import { fakeClock } from '#kit';
import { access, allow, deny } from '#node/access/index.ts';
import { identity } from '#node/identity/index.ts';
import { vault } from '#node/vault/index.ts';
import { anonymousActor, systemActor, type AccountActor, type NodeActor } from '#kernel/actor.ts';
import { tables } from '#kernel/db/database.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import { inFolder, makeRig } from '../identity/rig.ts';

const features = [vault, identity, access];
const owner: AccountActor = { kind: 'account', account_id: 'a', role: 'owner' };
const bob: NodeActor = { kind: 'node', node_id: 'QmBob' };

describe('access', () => {
  it('denies a kind without rules to everybody, the owner included', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      const door = rig.booted.door(access);
      for (const actor of [owner, systemActor, bob, anonymousActor]) {
        const decision = await door.decide({ actor, action: 'read', resource: { kind: 'nothing' } });
        assert.deepEqual(decision, { allow: false, why: 'unknown-kind' });
      }
    });
  });

  it('lets the owner do everything that has rules, and asks the area for nodes and strangers', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      const door = rig.booted.door(access);
      door.register('letter', {
        decide: ({ actor, resource }) =>
          actor.kind === 'node' && resource.id === 'for-bob' ? allow('addressee') : deny('not-addressee'),
      });
      const may = async (actor: typeof owner | typeof bob | typeof anonymousActor, id: string) =>
        (await door.decide({ actor, action: 'read', resource: { kind: 'letter', id } })).allow;
      assert.equal(await may(owner, 'for-carol'), true);
      assert.equal(await may(bob, 'for-bob'), true);
      assert.equal(await may(bob, 'for-carol'), false);
      assert.equal(await may(anonymousActor, 'for-bob'), false);
    });
  });

  it('refuses a second owner of a kind', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      const door = rig.booted.door(access);
      assert.throws(() => door.register('session', { decide: () => allow('all') }), /one owner/);
    });
  });

  it('tells a stranger that there is nothing, and the owner that it is not allowed', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      const door = rig.booted.door(access);
      const request = { action: 'read', resource: { kind: 'nothing', id: '1' } };
      await assert.rejects(door.require({ actor: bob, ...request }), { code: 'access/not-found' });
      await assert.rejects(door.require({ actor: owner, ...request }), { code: 'access/denied' });
    });
  });

  it('scopes lists by the same rule: all for the owner, the rule’s rows for a node, nothing without a rule', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      const door = rig.booted.door(access);
      door.register('letter', {
        decide: () => deny('not-addressee'),
        scope: (actor) => sql`n = ${actor.kind === 'node' ? 2 : 0}`,
      });
      const seen = async (actor: typeof owner | typeof bob, kind: string): Promise<number[]> => {
        const { rows } = await sql<{ n: number }>`SELECT value AS n FROM json_each('[1,2,3]')
          WHERE ${sql.raw('true')} AND (SELECT ${door.scope(actor, kind)} FROM (SELECT value AS n))`.execute(
          tables(rig.host.db.read),
        );
        return rows.map(({ n }) => n);
      };
      assert.deepEqual(await seen(owner, 'letter'), [1, 2, 3]);
      assert.deepEqual(await seen(bob, 'letter'), [2]);
      assert.deepEqual(await seen(bob, 'session'), []);
      assert.deepEqual(await seen(owner, 'nothing'), []);
    });
  });

  it('reports a flood of denials as one event a minute with a count, and never the ids that were tried', async () => {
    await inFolder(async (dataDir) => {
      const clock = fakeClock();
      await using rig = await makeRig(features, { dataDir, clock });
      const door = rig.booted.door(access);
      const ask = (id: string) =>
        door.decide({ actor: bob, action: 'read', resource: { kind: 'session', id } });
      const appended = new Promise<void>((resolve) => void rig.events.onAppended(resolve));
      for (let i = 0; i < 500; i += 1) await ask(`secret-id-${i}`);
      await appended;
      for (let i = 0; i < 500; i += 1) await ask(`secret-id-${i}`);
      const again = new Promise<void>((resolve) => void rig.events.onAppended(resolve));
      await clock.advance(60_000);
      await again;
      const events = await rig.events.since(0, 100);
      assert.equal(events.length, 2);
      const counts = events.map((event) => (event.new as { count: number }).count);
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        1000,
      );
      assert.deepEqual(
        events.map(({ type, subject, actor }) => ({ type, subject, actor })),
        Array.from({ length: 2 }, () => ({ type: 'access.denied', subject: 'session', actor: 'node:QmBob' })),
      );
      assert.ok(!JSON.stringify(events).includes('secret-id'));
    });
  });

  it('bounds what one minute of denials may keep, and counts the rest together', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      const door = rig.booted.door(access);
      const decisions = Array.from({ length: 300 }, (_, i) =>
        door.decide({ actor: bob, action: `probe-${i}`, resource: { kind: 'session' } }),
      );
      const appended = new Promise<void>((resolve) => void rig.events.onAppended(resolve));
      await Promise.all(decisions);
      await appended;
      const events = await rig.events.since(0, 500);
      assert.ok(events.length <= 101, `${events.length} events`);
    });
  });
});
