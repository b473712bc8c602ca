// Texts: what is refused, what is kept exactly, and who may not see it.
import { makeNode } from '#kit';
import * as posts from '#node/posts/api.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { feed, write } from './friends-rig.ts';

describe('the text of a post', () => {
  it('is refused when it is too long, hides its direction, stacks accents or is empty (L5)', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const refused: [string, string][] = [
      ['x'.repeat(50_001), 'text/too-long-unprocessable'],
      ['x'.repeat(200_000), 'http/unprocessable'],
      ['safe\u202Etxt.exe', 'text/bidi-unprocessable'],
      [`Z${'\u0301'.repeat(100)}`, 'text/marks-unprocessable'],
      ['a\u0000b', 'text/control-unprocessable'],
      ['a\u001b[31mb', 'text/control-unprocessable'],
      ['   \n ', 'posts/empty-unprocessable'],
    ];
    for (const [text, code] of refused) await assert.rejects(write(alice, text), { code }, code);
    await assert.rejects(write(alice, 'x'.repeat(10 * 1024 * 1024)), { code: 'http/too-large' });
    assert.deepEqual(await feed(alice), []);
  });

  it('keeps every script, emoji and markup exactly, as text', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const kept = [
      'Ça va ? Où ça ?',
      'שלום עולם',
      '日本語のテスト',
      '👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
      '<script>alert(1)</script>',
      '"; DROP TABLE posts_item; --',
    ];
    for (const text of kept) await write(alice, text);
    assert.deepEqual(
      (await feed(alice)).map(({ text }) => text),
      [...kept].reverse(),
    );
    const page = await alice.call(posts.readFeed, { query: { limit: 2 } });
    const next = await alice.call(posts.readFeed, { query: { limit: 10, cursor: page.next_cursor ?? '' } });
    assert.deepEqual(
      [...page.items, ...next.items].map(({ text }) => text),
      [...kept].reverse(),
    );
    assert.equal(next.next_cursor, null);
    await assert.rejects(alice.call(posts.readFeed, { query: { cursor: "1' OR 1=1" } }), {
      code: 'posts/cursor',
    });
  });

  it('is never printed by somebody without a session', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const { id } = await write(alice, 'between us', { visibility: 'public' });
    for (const path of [
      '/api/v1/feed',
      `/api/v1/posts/${id}`,
      `/api/v1/posts/${id}/thread`,
      '/api/v1/search?q=between',
    ]) {
      const answer = await alice.fetch(path);
      assert.equal(answer.status, 401, path);
      assert.equal((await answer.text()).includes('between us'), false);
    }
  });
});
