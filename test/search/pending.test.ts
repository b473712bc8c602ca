// Words that wait to be merged: a question finds all that was committed before it, and nothing that was removed.
import { tables } from '#kernel/db/database.ts';
import { eventually, makeNode } from '#kit';
import { search } from '#node/search/index.ts';
import { searchRoute } from '#node/search/api.ts';
import { MERGE_ROWS_MAX } from '#node/search/model.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'kysely';

async function rig() {
  const alice = await makeNode({ name: 'alice-1' });
  const { db } = alice.host;
  const door = alice.door(search);
  const author = { node_id: 'n', username: 'u' };
  // Whatever the index gives is shown: what was removed must not come from it.
  door.provide('note', (refs) =>
    Promise.resolve(new Map(refs.map((ref) => [ref, { uri: null, author, text: ref, created_at: '' }]))),
  );
  return {
    alice,
    put: (...refs: string[]) =>
      db.write((tx) =>
        door.index(
          tx,
          refs.map((ref) => ({ kind: 'note', ref, text: `mango ${ref}`, at: 1_000 })),
        ),
      ),
    remove: (ref: string) => db.write((tx) => door.remove(tx, [{ kind: 'note', ref }])),
    find: async (q: string) =>
      (await alice.call(searchRoute, { query: { q, limit: 100 } })).items.map(({ id }) => id),
    waiting: async () =>
      (await sql<{ count: number }>`SELECT count(*) AS count FROM search_pending`.execute(tables(db.read)))
        .rows[0]?.count,
  };
}

describe('words that wait', () => {
  it('are found by a question that comes at once, more of them than one merge takes', async () => {
    const { alice, put, find, waiting } = await rig();
    await using _node = alice;
    await put('first');
    const refs = Array.from({ length: 2 * MERGE_ROWS_MAX + 1 }, (_, index) => `r${index}`);
    await put(...refs);
    assert.deepEqual(await find(refs.at(-1) ?? ''), [refs.at(-1)]);
    assert.deepEqual(await find('first'), ['first']);
    assert.equal(await waiting(), 0);
  });

  it('are not found once removed or replaced, whether they were merged or not', async () => {
    const { alice, put, remove, find } = await rig();
    await using _node = alice;
    await put('one', 'two');
    await remove('one');
    assert.deepEqual(await find('mango'), ['two']);
    await remove('two');
    assert.deepEqual(await find('mango'), []);
  });

  it('are merged though nobody asks', async () => {
    const { alice, put, waiting } = await rig();
    await using _node = alice;
    await put('one');
    await put('two');
    await eventually('all are merged', async () => (await waiting()) === 0);
  });
});
