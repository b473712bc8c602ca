// A warning before a post: what it folds, who sees it, how it changes, and what is no warning.
import { eventually, makeNode } from '#kit';
import * as posts from '#node/posts/api.ts';
import { searchRoute } from '#node/search/api.ts';
import { postObject } from '#protocol/messages';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { feed, friends, reads } from './friends-rig.ts';

describe('the warning of a post', () => {
  it('reaches the reader as a line of its own, and a search shows it in place of the words behind it', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { id } = await alice.call(posts.createPost, {
      body: { text: 'The butler did it', warning: ' The  end\nof the film ' },
    });
    const read = await reads(bob, 'The butler did it');
    assert.equal(read.warning, 'The end of the film');
    for (const q of ['butler', 'film']) {
      const { items } = await bob.call(searchRoute, { query: { q } });
      assert.deepEqual(
        items.map(({ text }) => text),
        ['The end of the film'],
      );
    }
    await alice.call(posts.editPost, { params: { id }, body: { text: 'The gardener did it' } });
    assert.equal((await reads(bob, 'The gardener did it')).warning, 'The end of the film');
    await alice.call(posts.editPost, { params: { id }, body: { warning: null } });
    await eventually('it is open', async () => (await feed(bob))[0]?.warning === null);
    const { items } = await alice.call(posts.readHistory, { params: { id } });
    assert.deepEqual(
      items.map(({ text, warning }) => [text, warning]),
      [
        ['The gardener did it', 'The end of the film'],
        ['The butler did it', 'The end of the film'],
      ],
    );
  });

  it('is refused when it is too long or hides its direction, stands for no post, and empty is none', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const refused: [string, string, string][] = [
      ['x', 'w'.repeat(501), 'text/too-long-unprocessable'],
      ['x', 'safe\u202Etxt', 'text/bidi-unprocessable'],
      ['', 'nothing behind it', 'posts/empty-unprocessable'],
    ];
    for (const [text, warning, code] of refused)
      await assert.rejects(alice.call(posts.createPost, { body: { text, warning } }), { code });
    await alice.call(posts.createPost, { body: { text: 'CW: only words', warning: ' \n ' } });
    await alice.ored('post', 'from the command line', '--warning', 'food');
    assert.deepEqual(
      (await feed(alice)).map(({ text, warning }) => [text, warning]),
      [
        ['from the command line', 'food'],
        ['CW: only words', null],
      ],
    );
  });

  it('of another node is one clean line, or its post is refused', () => {
    const { warning } = postObject.shape;
    for (const right of [undefined, 'food', 'w'.repeat(500)]) assert.ok(warning.safeParse(right).success);
    for (const wrong of ['', ' ', 'two\nlines', 'a\tb', 'a\u202eb', 'w'.repeat(501), null])
      assert.equal(warning.safeParse(wrong).success, false, JSON.stringify(wrong));
  });
});
