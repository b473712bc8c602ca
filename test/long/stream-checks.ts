// What must hold after a stream with kills: everything acknowledged is at bob exactly once and in order, alice's
// ledger says accepted for all of it, nothing is there twice, both databases and audit chains are whole.
import { eventually } from '#kit';
import { openSqlite } from '#kernel/db/open-sqlite.ts';
import { openKeyring } from '#kernel/keyring.ts';
import { readPages } from '#kernel/paging.ts';
import { verifyAuditRoute } from '#node/audit/api.ts';
import { listMessages } from '#node/conversations/api.ts';
import { databaseFile } from '#node/edge/run/paths.ts';
import { listOutbox } from '#node/federation/api.ts';
import { readFeed } from '#node/posts/api.ts';
import assert from 'node:assert/strict';
import type { KillableNode } from './killable-node.ts';
import type { Progress, Street } from './killed-stream.ts';

const CONVERGENCE_MS_MAX = 10 * 60_000;
const pending = ['queued', 'sent', 'relayed', 'held'] as const;

/** Waits until nothing waits at alice and bob has opened and fetched everything. Returns how long it took, in ms. */
export async function converge({ alice, bob }: Street): Promise<number> {
  const began = performance.now();
  await eventually(
    "nothing waits in alice's ledger",
    async () => {
      for (const state of pending) {
        const { items } = await alice.call(listOutbox, { query: { state, limit: 1 } });
        if (items.length > 0) return false;
      }
      return true;
    },
    CONVERGENCE_MS_MAX,
  );
  await eventually(
    'bob has fetched every post',
    async () => (await feedOf(bob)).every(({ state }) => state === 'here'),
    CONVERGENCE_MS_MAX,
  );
  return performance.now() - began;
}

const feedOf = (node: KillableNode) =>
  readPages((page) => node.call(readFeed, { query: { limit: page.limit, cursor: page.cursor } }));

/** Every claim of the check, in the words of the evidence. @throws AssertionError */
export async function checkDelivered({ alice, bob }: Street, progress: Progress): Promise<string[]> {
  const messages = progress.acknowledged.filter(({ kind }) => kind === 'message');
  const posts = progress.acknowledged.filter(({ kind }) => kind === 'post');

  const ledger = (
    await readPages((page) => alice.call(listOutbox, { query: { limit: page.limit, cursor: page.cursor } }))
  ).toReversed();
  const queued = ledger.filter(({ type }) => type === 'direct_message');
  const shares = ledger.filter(({ type }) => type === 'post_share');
  for (const { id, type, state, reason } of [...queued, ...shares]) {
    assert.equal(state, 'accepted', `${type} ${id} is ${state} (${reason ?? 'no reason'})`);
  }

  const got = (
    await readPages((page) =>
      bob.call(listMessages, { query: { who: 'alice', limit: page.limit, cursor: page.cursor } }),
    )
  ).toReversed();
  assert.ok(
    got.every(({ state }) => state === 'shown'),
    'bob reads every message',
  );
  assertOnceEach(got.map(({ text }) => text));
  assertOnceEach(got.map(({ id }) => id));
  const textById = new Map(got.map(({ id, text }) => [id, text]));
  for (const { id, text } of messages) assert.equal(textById.get(id), text, `bob has message ${id}`);
  assert.deepEqual(
    got.map(({ id }) => id),
    queued.map(({ id }) => id),
    "bob reads them in the order of alice's ledger",
  );
  assertOrderOfWriting(got.map(({ text }) => text));

  const feed = (await feedOf(bob)).toReversed();
  assertOnceEach(feed.map(({ text }) => text));
  assertOnceEach(feed.map(({ uri }) => uri));
  const postById = new Map(feed.map(({ id, text }) => [id, text]));
  for (const { id, text } of posts) assert.equal(postById.get(id), text, `bob has post ${id}`);
  assert.equal(shares.length, feed.length, 'one announcement for each post');

  const allowed = new Set([...progress.acknowledged.map(({ text }) => text), ...progress.unanswered]);
  for (const { text } of [...got, ...feed]) assert.ok(allowed.has(text), `nobody wrote "${text}"`);
  const extra = got.length + feed.length - progress.acknowledged.length;
  return [
    `acknowledged: ${messages.length} messages and ${posts.length} posts; missing at bob: 0; twice: 0`,
    `without an answer when alice died: ${progress.unanswered.length}, of which ${extra} had been kept, each once`,
    `alice's ledger: ${queued.length} messages and ${shares.length} announcements, all accepted`,
    "order at bob: that of alice's ledger; each writer's messages in the order of writing",
    `audit chains: alice ${await checkAudit(alice)} entries, bob ${await checkAudit(bob)} entries, both hold`,
  ];
}

function assertOnceEach(values: readonly string[]): void {
  const seen = new Set<string>();
  for (const value of values) {
    assert.ok(!seen.has(value), `"${value}" is there twice`);
    seen.add(value);
  }
}

/** A writer sends its next only when its last was answered, so its numbers must rise. */
function assertOrderOfWriting(texts: readonly string[]): void {
  const last = new Map<string, number>();
  for (const text of texts) {
    const [, writer = '', n = ''] = text.split(' ');
    assert.ok((last.get(writer) ?? -1) < Number(n), `"${text}" comes too late`);
    last.set(writer, Number(n));
  }
}

async function checkAudit(node: KillableNode): Promise<number> {
  const { ok, entries } = await node.call(verifyAuditRoute, {});
  assert.ok(ok, `${node.name}'s audit chain is broken`);
  return entries;
}

/** Reads every page of a stopped node's database: each has a MAC. And the inbox has each number once. */
export function checkDatabase({ name, dataDir }: KillableNode): string {
  const key = openKeyring({ dataDir }).derive('db');
  const db = openSqlite({ file: databaseFile(dataDir), key, readonly: true });
  try {
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
    assert.deepEqual(db.pragma('foreign_key_check'), []);
    const twice = db
      .prepare('SELECT peer, seq FROM federation_inbox WHERE seq > 0 GROUP BY peer, seq HAVING count(*) > 1')
      .all();
    assert.deepEqual(twice, [], `${name}'s inbox has a number twice`);
    assert.equal(db.prepare('SELECT count(*) FROM federation_held').pluck().get(), 0);
    return `${name}: integrity_check ok, nothing held back`;
  } finally {
    db.close();
  }
}
