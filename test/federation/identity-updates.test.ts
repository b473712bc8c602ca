// A node that has moved or changed keys tells its contacts, who verify it by the log that it carries; a second history
// is held and shown, and nothing is taken from it (F3, F19, F30).
import { tables } from '#kernel/db/database.ts';
import { writeSetting } from '#kernel/config.ts';
import { eventually } from '#kit';
import { discovery } from '#node/discovery/index.ts';
import { Service as Discovery } from '#node/discovery/service.ts';
import { federation } from '#node/federation/index.ts';
import { UPDATE_BUDGET } from '#node/federation/model.ts';
import {
  formatTimestamp,
  fromUtf8,
  generateSeed,
  joinBatch,
  logEntries,
  newMessageId,
  parseRecord,
  randomBytes,
  rotateIdentity,
  signEnvelope,
  signingKeyFromSeed,
  signRecord,
  utf8,
  verifyIdentityLog,
  envelopeSeq,
  type SigningKey,
} from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import {
  acquaint,
  fakeClock,
  knownSigner,
  makePeer,
  overHttp,
  share,
  type Peer,
  type Signer,
} from './rig.ts';

describe('a node that moves', () => {
  it('tells its contacts, once, also when it moved while it was off', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    await acquaint(alice, bob);
    await alice.stop();
    const moved = alice.url.replace('127.0.0.1', 'localhost');
    writeSetting(alice.dataDir, 'node.url', moved);
    await alice.start();
    await eventually(
      'bob knows the new address',
      async () => (await bob.door(discovery).find(alice.nodeId))?.server_urls[0] === moved,
    );
    const updates = async (): Promise<number> => {
      const { items } = await alice.door(federation).ledger.list({ limit: 100 });
      return items.filter(({ type }) => type === 'identity_update').length;
    };
    assert.equal(await updates(), 1);
    await alice.stop();
    await alice.start();
    await bob.running.host.db.write((tx) =>
      bob
        .door(federation)
        .send(tx, { to: alice.nodeId, type: 'post_share', payload: share(bob.nodeId, 'p1') as never }),
    );
    await eventually('messages follow', async () => (await alice.effects()).length === 1);
    assert.equal(await updates(), 1);
  });
});

/** A rotation of the signer's identity to `by`, with a record under it. */
async function rotated(
  signer: Signer,
  by: SigningKey,
  nowMs: number,
): Promise<{ log: string; suffix: string[]; record: string }> {
  const log = await rotateIdentity(signer.introduction.log, {
    by,
    nextSigningPublicKey: signingKeyFromSeed(generateSeed()).publicKey,
    created: formatTimestamp(nowMs + 1_000),
  });
  const { record } = parseRecord(utf8(signer.introduction.record));
  const { head } = await verifyIdentityLog(log);
  const { signature: _signature, log_cid: _cid, ...fields } = record;
  const bytes = signRecord({ ...fields, seq: record.seq + 1, log_head: head, log }, by);
  return { log, suffix: logEntries(log).slice(1), record: fromUtf8(bytes) };
}

function update(
  signer: Signer,
  to: Peer,
  made: { key: SigningKey; n: number; nowMs: number; record: string; suffix: string[] },
): Uint8Array {
  const at = formatTimestamp(made.nowMs);
  return signEnvelope(
    {
      id: newMessageId(made.nowMs, randomBytes(10)),
      type: 'identity_update',
      from: { node_id: signer.nodeId, server_url: signer.serverUrl, username: signer.username },
      to: { node_id: to.nodeId, server_url: '', username: '' },
      seq: envelopeSeq(1, made.n),
      timestamp: at,
      payload: { created_at: at, record: made.record, log_suffix: made.suffix },
    },
    made.key,
  );
}

describe('an identity update', () => {
  it('is verified by the log that it carries: the new key counts at once, the old one no more', async () => {
    const clock = fakeClock();
    await using bob = await makePeer({ name: 'bob-1', clock });
    const next = signingKeyFromSeed(generateSeed());
    const alice = await knownSigner(bob, overHttp, 'contact', { clock, name: 'alice', nextKey: next });
    assert.equal((await overHttp.inbox(bob, alice.envelope(bob.nodeId, 1))).status, 200);
    const nowMs = clock.now();
    const changed = await rotated(alice, next, nowMs);
    const envelope = update(alice, bob, { key: next, n: 2, nowMs, ...changed });
    assert.equal((await overHttp.inbox(bob, envelope)).receipt?.lines[0]?.verdict, 'accepted');
    const contact = await bob.door(discovery).find(alice.nodeId);
    assert.deepEqual(contact?.identity.signingPublicKey, next.publicKey);
    // The revoked key, whatever its message says of the time (F19).
    const late = alice.envelope(bob.nodeId, 3, { timestamp: formatTimestamp(nowMs - 60_000) });
    assert.deepEqual((await overHttp.inbox(bob, late)).code, 'envelope/signature');
  });

  it('is looked into once a sender and request before it is proven, and a bounded number of times for a network', async (t) => {
    const learned = t.mock.method(Discovery.prototype, 'learnUpdate');
    const clock = fakeClock();
    await using bob = await makePeer({ name: 'bob-1', clock });
    const next = signingKeyFromSeed(generateSeed());
    const alice = await knownSigner(bob, overHttp, 'contact', { clock, name: 'alice', nextKey: next });
    const forger = signingKeyFromSeed(generateSeed());
    const nowMs = clock.now();
    // Anybody can have her public log and put it under a signature of his own.
    const changed = await rotated(alice, next, nowMs);
    const forged = (n: number): Uint8Array => update(alice, bob, { key: forger, n, nowMs, ...changed });
    const lines = Array.from({ length: 100 }, (_unused, i) => forged(i + 1));
    await overHttp.inbox(bob, joinBatch(lines), 'batch');
    assert.equal(learned.mock.callCount(), 1);
    for (let n = 1; n <= 40; n += 1) await overHttp.inbox(bob, forged(n));
    assert.equal(learned.mock.callCount(), UPDATE_BUDGET.burst);
  });

  it('in which another key signs for the node changes nothing', async () => {
    const clock = fakeClock();
    await using bob = await makePeer({ name: 'bob-1', clock });
    const next = signingKeyFromSeed(generateSeed());
    const alice = await knownSigner(bob, overHttp, 'contact', { clock, name: 'alice', nextKey: next });
    const nowMs = clock.now();
    const thief = signingKeyFromSeed(generateSeed());
    const { record } = parseRecord(utf8(alice.introduction.record));
    const { signature: _signature, log_cid: _cid, ...fields } = record;
    const log = alice.introduction.log;
    const forged = fromUtf8(
      signRecord({ ...fields, seq: record.seq + 9, server_urls: ['http://127.0.0.1:66'], log }, thief),
    );
    const answer = await overHttp.inbox(
      bob,
      update(alice, bob, { key: thief, n: 1, nowMs, record: forged, suffix: [] }),
    );
    assert.deepEqual([answer.status, answer.code], [401, 'envelope/signature']);
    assert.deepEqual((await bob.door(discovery).find(alice.nodeId))?.server_urls, [alice.serverUrl]);
  });

  it('that tells another history than the known one is held and shown, and the node suspended (F30)', async () => {
    const clock = fakeClock();
    await using bob = await makePeer({ name: 'bob-1', clock });
    const next = signingKeyFromSeed(generateSeed());
    const alice = await knownSigner(bob, overHttp, 'contact', { clock, name: 'alice', nextKey: next });
    const nowMs = clock.now();
    const [one, other] = [await rotated(alice, next, nowMs), await rotated(alice, next, nowMs)];
    const first = update(alice, bob, { key: next, n: 1, nowMs, ...one });
    assert.equal((await overHttp.inbox(bob, first)).status, 200);
    const second = await overHttp.inbox(bob, update(alice, bob, { key: next, n: 2, nowMs, ...other }));
    assert.deepEqual([second.status, second.code], [401, 'identity/unknown-key']);
    const contact = await bob.door(discovery).find(alice.nodeId);
    assert.deepEqual([contact?.held, contact?.log], [true, one.log]);
    const { rows } = await sql<{ type: string }>`SELECT type FROM kernel_event`.execute(
      tables(bob.running.host.db.read),
    );
    assert.ok(rows.some(({ type }) => type === 'discovery.identity_held'));
    const entry = await bob.running.host.db.write((tx) =>
      bob
        .door(federation)
        .send(tx, { to: alice.nodeId, type: 'post_share', payload: share(bob.nodeId, 'p1') as never }),
    );
    const waiting = await eventually('nothing is sent to it', async () =>
      (await bob.door(federation).ledger.list({ limit: 10 })).items.find(
        ({ id, attempts }) => id === entry && attempts > 0,
      ),
    );
    assert.deepEqual([waiting.state, waiting.reason], ['queued', 'identity/suspended']);
  });
});
