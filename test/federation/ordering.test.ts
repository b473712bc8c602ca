// The order of a pair: gaps wait, voids fill them, generations fence, refusals consume their number; the same over a
// restart. Chain heads are held against the specification's own functions.
import { tables } from '#kernel/db/database.ts';
import {
  envelopeSeq,
  headZero,
  joinBatch,
  nextHead,
  parseEnvelope,
  toBase64Url,
  voidHead,
  type EnvelopeFields,
} from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import { fakeClock, knownSigner, makePeer, overHttp, share, type Peer, type Signer } from './rig.ts';

const inbox: (typeof overHttp)['inbox'] = (to, body, form) => overHttp.inbox(to, body, form);

async function pair(options: Partial<Parameters<typeof makePeer>[0]> = {}) {
  const clock = fakeClock();
  const bob = await makePeer({ name: 'bob-1', clock, ...options });
  const alice = await knownSigner(bob, overHttp, 'contact', { clock, name: 'alice' });
  return { bob, alice, clock };
}

const sendAll = (bob: Peer, envelopes: readonly Uint8Array[]) => inbox(bob, joinBatch(envelopes), 'batch');
const envelopes = (alice: Signer, bob: Peer, ...ns: number[]): Uint8Array[] =>
  ns.map((n) => alice.envelope(bob.nodeId, n));
const numbers = async (bob: Peer): Promise<number[]> => (await bob.effects()).map(({ seq }) => seq % 2 ** 32);

function headAfter(alice: Signer, bob: Peer, links: readonly (Uint8Array | number)[]): string {
  let head = headZero(alice.nodeId, bob.nodeId, 1);
  for (const link of links) {
    if (typeof link === 'number') {
      head = voidHead(head, envelopeSeq(1, link));
      continue;
    }
    const { envelope, payloadHash } = parseEnvelope(link);
    head = nextHead(head, envelope.seq, envelope.id, payloadHash);
  }
  return toBase64Url(head);
}

describe('the order of a pair', () => {
  it('holds what lies behind a gap, never as accepted, and releases it in order', async () => {
    const { bob, alice } = await pair();
    await using _ = bob;
    const all = envelopes(alice, bob, 1, 2, 3, 4);
    const [one, two, three, four] = all;
    assert.ok(one && two && three && four);
    const early = await sendAll(bob, [four, three]);
    assert.deepEqual(
      early.receipt?.lines.map(({ verdict }) => verdict),
      ['held', 'held'],
    );
    assert.equal((await inbox(bob, two)).status, 202);
    assert.deepEqual(await numbers(bob), []);
    const closing = await inbox(bob, one);
    assert.equal(closing.receipt?.lines[0]?.verdict, 'accepted');
    assert.deepEqual(await numbers(bob), [1, 2, 3, 4]);
    assert.equal(closing.receipt?.heads[0]?.head, headAfter(alice, bob, all));
    const again = await inbox(bob, three);
    assert.equal(again.receipt?.lines[0]?.verdict, 'accepted');
    assert.deepEqual(await numbers(bob), [1, 2, 3, 4]);
  });

  it('converges whatever the order, the repetition and the restarts (faults 15, 16)', async () => {
    const { bob, alice } = await pair();
    await using _ = bob;
    const all = Array.from({ length: 40 }, (_unused, i) => alice.envelope(bob.nodeId, i + 1));
    // A fixed shuffle with everything ten times: a multiplicative walk over 400 places.
    const order = Array.from({ length: 400 }, (_unused, i) => all[((i * 173) % 400) % 40]);
    for (let i = 0; i < order.length; i += 20) {
      const part = order.slice(i, i + 20).filter((each) => each !== undefined);
      await sendAll(bob, part);
      if (i === 200) {
        await bob.stop();
        await bob.start();
      }
    }
    assert.deepEqual(
      await numbers(bob),
      all.map((_unused, i) => i + 1),
    );
    const { receipt } = await inbox(bob, all[0] ?? new Uint8Array());
    assert.equal(receipt?.heads[0]?.head, headAfter(alice, bob, all));
  });

  it('passes over the numbers that a void cancels, even when it came first', async () => {
    const { bob, alice } = await pair();
    await using _ = bob;
    const one = alice.envelope(bob.nodeId, 1);
    const four = alice.envelope(bob.nodeId, 4);
    const cancel = alice.envelope(bob.nodeId, 5, {
      type: 'void',
      payload: { ranges: [[envelopeSeq(1, 2), envelopeSeq(1, 3)]], reason: 'cancelled' },
    });
    assert.equal((await inbox(bob, cancel)).receipt?.lines[0]?.verdict, 'held');
    assert.equal((await inbox(bob, four)).receipt?.lines[0]?.verdict, 'held');
    const { receipt } = await inbox(bob, one);
    assert.deepEqual(await numbers(bob), [1, 4]);
    assert.equal(receipt?.heads[0]?.seq, envelopeSeq(1, 5));
    assert.equal(receipt?.heads[0]?.head, headAfter(alice, bob, [one, 2, 3, four, cancel]));
    const late = await inbox(bob, alice.envelope(bob.nodeId, 2));
    assert.deepEqual([late.status, late.code], [409, 'envelope/seq-used']);
  });

  it('holds at most a thousand messages of a pair, and asks for the rest later', async () => {
    const { bob, alice } = await pair();
    await using _ = bob;
    const many = Array.from({ length: 1_005 }, (_unused, i) => alice.envelope(bob.nodeId, i + 2));
    await sendAll(bob, many.slice(0, 900));
    const { receipt } = await sendAll(bob, many.slice(900));
    const verdicts = receipt?.lines.map(({ verdict }) => verdict) ?? [];
    assert.deepEqual([verdicts.filter((each) => each === 'held').length, verdicts.at(-1)], [100, 'later']);
  });

  it('begins a new chain with a new generation, and refuses the older one for ever (F18)', async () => {
    const { bob, alice } = await pair();
    await using _ = bob;
    const generation = (fields: number, n: number): Uint8Array =>
      alice.envelope(bob.nodeId, n, {
        seq: envelopeSeq(fields, n),
        payload: share(alice.nodeId, `g${fields}-${n}`),
      });
    await sendAll(bob, [generation(1, 1), generation(1, 2), generation(1, 5)]);
    const next = await inbox(bob, generation(2, 1));
    assert.equal(next.receipt?.lines[0]?.verdict, 'accepted');
    const old = await inbox(bob, generation(1, 3));
    assert.deepEqual([old.status, old.code], [409, 'envelope/old-generation']);
    await bob.stop();
    await bob.start();
    assert.equal((await inbox(bob, generation(1, 3))).code, 'envelope/old-generation');
    assert.equal((await inbox(bob, generation(2, 2))).receipt?.lines[0]?.verdict, 'accepted');
    assert.equal((await bob.effects()).length, 4);
    const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM federation_held`.execute(
      tables(bob.running.host.db.read),
    );
    assert.equal(rows[0]?.n, 0);
  });

  it('refuses only the culprit of a batch, and keeps the order of the others', async () => {
    const { bob, alice } = await pair();
    await using _ = bob;
    const batch = Array.from({ length: 16 }, (_unused, i) => {
      const name = i === 5 ? 'refuse-me' : i === 11 ? 'crash-me' : `p${i}`;
      return alice.envelope(bob.nodeId, i + 1, { payload: share(alice.nodeId, name) });
    });
    const { receipt } = await sendAll(bob, batch);
    const codes = receipt?.lines.map(({ code }) => code) ?? [];
    assert.equal(codes[5], 'probe/refused');
    assert.equal(codes[11], 'federation/handler-failed');
    assert.equal(codes.filter((code) => code === undefined).length, 14);
    assert.deepEqual(await numbers(bob), [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 14, 15, 16]);
    assert.equal(receipt?.heads[0]?.head, headAfter(alice, bob, batch));
    const again = await inbox(bob, batch[5] ?? new Uint8Array());
    assert.deepEqual([again.status, again.code], [403, 'probe/refused']);
  });

  it('keeps the order of a pair across types, in as few batches as that allows', async () => {
    const { bob, alice } = await pair();
    await using _ = bob;
    const gone = { created_at: '2026-11-21T00:00:00.000Z', uri: `orf://${alice.nodeId}/post/a`, version: 1 };
    const typed: Partial<EnvelopeFields>[] = [{}, {}, { type: 'post_delete', payload: gone }, {}];
    await sendAll(
      bob,
      typed.map((fields, i) => alice.envelope(bob.nodeId, i + 1, fields)),
    );
    assert.deepEqual(
      (await bob.effects()).map(({ type }) => type),
      ['post_share', 'post_share', 'post_delete', 'post_share'],
    );
    assert.deepEqual(bob.batches, [2, 1, 1]);
  });

  it('remembers everything over a restart: a replay gets its first line (F18)', async () => {
    const { bob, alice, clock } = await pair();
    await using _ = bob;
    const one = alice.envelope(bob.nodeId, 1);
    const first = await inbox(bob, one);
    await bob.stop();
    await clock.advance(3_600_000);
    await bob.start();
    const second = await inbox(bob, one);
    assert.deepEqual(second.receipt?.lines, first.receipt?.lines);
    assert.equal((await bob.effects()).length, 1);
  });

  it('lets presence pass by without a trace, fresh only', async () => {
    const { bob, alice, clock } = await pair();
    await using _ = bob;
    const presence = {
      type: 'activity_update',
      payload: { created_at: '2026-11-21T00:00:00.000Z', kind: 'presence', online: true },
    };
    const hello = alice.envelope(bob.nodeId, 0, presence);
    const answer = await inbox(bob, hello);
    assert.equal(answer.receipt?.lines[0]?.verdict, 'accepted');
    assert.deepEqual(answer.receipt?.heads, []);
    await clock.advance(6 * 60_000);
    assert.deepEqual((await inbox(bob, hello)).code, 'envelope/stale');
    assert.equal((await inbox(bob, alice.envelope(bob.nodeId, 0))).code, 'envelope/seq');
    const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM federation_inbox`.execute(
      tables(bob.running.host.db.read),
    );
    assert.equal(rows[0]?.n, 0);
  });
});
