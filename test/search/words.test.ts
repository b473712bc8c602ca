// How words are cut, and what the index finds.
import { indexedText, matchExpression, wordsOf } from '#node/search/model.ts';
import { makeNode } from '#kit';
import { search } from '#node/search/index.ts';
import { searchRoute } from '#node/search/api.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

describe('words', () => {
  it('are cut the same way in texts and questions, whatever case, accents and width', () => {
    assert.deepEqual(wordsOf('L’Été, ｆｕｌｌ-width ÉTÉ!'), ['l', 'ete', 'full', 'width', 'ete']);
    assert.deepEqual(wordsOf('東京タワー 2026'), ['東', '京', 'タ', 'ワ', 'ー', '2026']);
    assert.equal(indexedText('हिन्दी भाषा'), 'हिन्दी भाषा');
    assert.equal(matchExpression('pommes de ter'), '"pommes" AND "de" AND "ter"*');
    assert.equal(
      matchExpression('"a" OR (b* NEAR/2 c) ^d'),
      '"a" AND "or" AND "b" AND "near" AND "2" AND "c" AND "d"',
    );
    assert.equal(matchExpression('…!'), null);
  });
});

describe('search', () => {
  it('finds by every word, the last one perhaps a beginning, newest first, and pages on', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const door = alice.door(search);
    const texts = new Map<string, string>();
    const author = { node_id: 'n', username: 'u' };
    door.provide('note', (refs) =>
      Promise.resolve(
        new Map(
          refs.flatMap((ref) => {
            const text = texts.get(ref);
            return text === undefined ? [] : [[ref, { uri: null, author, text, created_at: '' }] as const];
          }),
        ),
      ),
    );
    const put = (ref: string, text: string, at: number) => {
      texts.set(ref, text);
      return alice.host.db.write((tx) => door.index(tx, [{ kind: 'note', ref, text, at }]));
    };
    const find = async (q: string, more: { limit?: number; cursor?: string } = {}) => {
      const { items, next_cursor } = await alice.call(searchRoute, { query: { q, ...more } });
      return { refs: items.map(({ id }) => id), next_cursor };
    };
    await put('a', 'Les pommes de terre', 2_000);
    await put('b', 'La terre est ronde', 1_000);
    await put('c', 'Terre, même instant', 2_000);
    assert.deepEqual((await find('terre')).refs, ['c', 'a', 'b']);
    assert.deepEqual((await find('ter')).refs, ['c', 'a', 'b']);
    assert.deepEqual((await find('pommes TERRE')).refs, ['a']);
    assert.deepEqual((await find('pommes ronde')).refs, []);
    const first = await find('terre', { limit: 2 });
    assert.deepEqual(first.refs, ['c', 'a']);
    assert.deepEqual((await find('terre', { limit: 2, cursor: first.next_cursor ?? '' })).refs, ['b']);
    await put('a', 'Les poires', 2_000);
    assert.deepEqual([(await find('pommes')).refs, (await find('poires')).refs], [[], ['a']]);
    await alice.host.db.write((tx) => door.remove(tx, [{ kind: 'note', ref: 'c' }]));
    texts.delete('b');
    assert.deepEqual((await find('terre')).refs, []);
    await assert.rejects(find('?!'), { code: 'search/empty' });
    await assert.rejects(find('a', { cursor: '1; DROP' }), { code: 'search/cursor' });
  });
});
