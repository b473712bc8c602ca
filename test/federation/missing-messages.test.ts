// A receiver that was restored to an older state gets back what it has lost, from nobody but the pair's own sender;
// what the sender does not keep any more is cancelled, so that nothing waits for ever.
import { tables } from '#kernel/db/database.ts';
import { eventually } from '#kit';
import { federation } from '#node/federation/index.ts';
import { missingRanges } from '#node/federation/outbox/ranges.ts';
import { envelopeSeq, parseEnvelope, utf8 } from '#protocol';
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import { acquaint, makePeer, share, type Peer } from './rig.ts';

async function send(from: Peer, to: Peer, ...names: string[]): Promise<void> {
  await from.running.host.db.write(async (tx) => {
    for (const name of names) {
      const payload = share(from.nodeId, name) as never;
      await from.door(federation).send(tx, { to: to.nodeId, type: 'post_share', payload });
    }
  });
}

const ledger = async (peer: Peer) => (await peer.door(federation).ledger.list({ limit: 100 })).items;

const allAccepted = (peer: Peer): Promise<true> =>
  eventually('all is accepted', async () =>
    (await ledger(peer)).every(({ state }) => state === 'accepted') ? true : undefined,
  );

const names = async (peer: Peer): Promise<string[]> =>
  (await peer.effects()).map(
    ({ payload }) => (JSON.parse(payload) as { uri: string }).uri.split('/').at(-1) ?? '',
  );

/** The heads of the messages from one to another, as each of them keeps it. */
async function heads(from: Peer, to: Peer): Promise<(string | undefined)[]> {
  const sent = await sql<{ head: string }>`SELECT hex(acked_head) AS head FROM federation_peer`.execute(
    tables(from.running.host.db.read),
  );
  const received = await sql<{ head: string }>`SELECT hex(head) AS head FROM federation_pair`.execute(
    tables(to.running.host.db.read),
  );
  return [sent.rows[0]?.head, received.rows[0]?.head];
}

describe('a receiver that was restored to an older state', () => {
  it('gets back what it lost, and a void for what is not kept any more', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    await acquaint(alice, bob);
    await send(alice, bob, 'p1', 'p2', 'p3');
    await allAccepted(alice);
    await bob.stop();
    const backup = `${bob.dataDir}-backup`;
    cpSync(bob.dataDir, backup, { recursive: true });
    await bob.start();
    await send(alice, bob, 'p4', 'p5', 'refuse-me', 'p7', 'p8');
    await eventually('all is settled', async () =>
      (await ledger(alice)).every(({ state }) => state === 'accepted' || state === 'refused'),
    );
    await bob.stop();
    rmSync(bob.dataDir, { recursive: true });
    cpSync(backup, bob.dataDir, { recursive: true });
    await alice.running.host.db.write((tx) =>
      sql`DELETE FROM federation_outbox WHERE payload LIKE '%/p5"%'`.execute(tables(tx)),
    );
    await bob.start();
    await eventually('what was lost is back', async () => (await bob.effects()).length === 6);
    assert.deepEqual(await names(bob), ['p1', 'p2', 'p3', 'p4', 'p7', 'p8']);
    await send(alice, bob, 'p9');
    await eventually('it goes on', async () => (await names(bob)).at(-1) === 'p9');
    await eventually('the ledger knows', async () =>
      (await ledger(alice)).every(({ state }) => state === 'accepted' || state === 'refused'),
    );
    const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM federation_held`.execute(
      tables(bob.running.host.db.read),
    );
    assert.equal(rows[0]?.n, 0);
    await send(alice, bob, 'p10');
    await allHeadsAgree(alice, bob);
    rmSync(backup, { recursive: true });
  });

  it('gets it also when the sender notices first, by the head of a receipt', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    await acquaint(alice, bob);
    // No contact of bob's: he does not ask by himself after his start.
    await bob.setStanding(alice.nodeId, 'stranger');
    await send(alice, bob, 'p1');
    await allAccepted(alice);
    await bob.stop();
    const backup = `${bob.dataDir}-backup`;
    cpSync(bob.dataDir, backup, { recursive: true });
    await bob.start();
    await send(alice, bob, 'p2', 'refuse-me', 'p4');
    await eventually('all is settled', async () =>
      (await ledger(alice)).every(({ state }) => state === 'accepted' || state === 'refused'),
    );
    await bob.stop();
    rmSync(bob.dataDir, { recursive: true });
    cpSync(backup, bob.dataDir, { recursive: true });
    await bob.start();
    await send(alice, bob, 'p5');
    await eventually('all is back', async () => (await bob.effects()).length === 4);
    assert.deepEqual(await names(bob), ['p1', 'p2', 'p4', 'p5']);
    await allHeadsAgree(alice, bob);
    rmSync(backup, { recursive: true });
  });
});

async function allHeadsAgree(from: Peer, to: Peer): Promise<void> {
  await eventually('both keep the same head', async () => {
    const [sent, received] = await heads(from, to);
    return sent !== undefined && sent === received;
  });
}

describe('missing messages', () => {
  const range = (from_seq: number, to_seq: number, limit = 100) => ({
    created_at: '2026-11-21T00:00:00.000Z',
    kind: 'range' as const,
    from_seq,
    to_seq,
    limit,
  });

  it('are answered page by page to the receiver of the pair, and to nobody else', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    await using carol = await makePeer({ name: 'carol' });
    await acquaint(alice, bob);
    await acquaint(alice, carol);
    await send(alice, bob, 'p1', 'p2', 'p3');
    await allAccepted(alice);
    const ask = (peer: Peer, from: number, to: number, limit?: number) =>
      peer
        .door(federation)
        .ask(
          alice.nodeId,
          'content_sync',
          range(envelopeSeq(1, from), envelopeSeq(1, to), limit),
        ) as Promise<{
        envelopes: string[];
        next_seq: number | null;
      }>;
    const page = await ask(bob, 1, 1_000, 2);
    assert.deepEqual(
      page.envelopes.map((text) => parseEnvelope(utf8(text)).envelope.seq),
      [envelopeSeq(1, 1), envelopeSeq(1, 2)],
    );
    assert.equal(page.next_seq, envelopeSeq(1, 3));
    assert.equal((await ask(bob, 3, 1_000, 2)).next_seq, null);
    assert.deepEqual(await ask(carol, 1, 1_000), { envelopes: [], next_seq: null });
    assert.deepEqual(await ask(bob, 4, 1_000), { envelopes: [], next_seq: null });
    await alice.setStanding(bob.nodeId, 'blocked');
    await assert.rejects(ask(bob, 1, 3), { code: 'federation/blocked' });
    // No `void` was queued for what nobody sent.
    assert.ok((await ledger(alice)).every(({ type }) => type === 'post_share'));
  });

  it('are cut into stretches that one void can cancel', () => {
    assert.deepEqual(missingRanges(1, 5, [2, 4]), [
      [1, 1],
      [3, 3],
      [5, 5],
    ]);
    assert.deepEqual(missingRanges(1, 3, [1, 2, 3]), []);
    assert.deepEqual(missingRanges(1, 25_000, []), [
      [1, 10_000],
      [10_001, 20_000],
      [20_001, 25_000],
    ]);
  });
});
