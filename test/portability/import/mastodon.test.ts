// An account export of Mastodon becomes own posts, once, quietly, and can be taken back.
import { eventually, makeNode, temporaryFolder, type TestNode } from '#kit';
import { vault } from '#node/vault/index.ts';
import { readProfile } from '#node/people/api.ts';
import * as api from '#node/portability/api.ts';
import { editPost, readFeed, readThread } from '#node/posts/api.ts';
import { uploadMedia } from '#node/media/api.ts';
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { befriend, feed, friends, reads, texts, write } from '../../posts/friends-rig.ts';
import { actor, boost, note, originOf, outbox, tarGz, zip, type Part } from './archives.ts';

const PICTURE = 'media_attachments/files/000/012/345/original/garden.png';

async function picture(): Promise<Part> {
  const bytes = await sharp({ create: { width: 1600, height: 800, channels: 3, background: '#208040' } })
    .png()
    .toBuffer();
  return { path: PICTURE, bytes };
}

async function start(node: TestNode, archive: Buffer): Promise<api.ShownImport> {
  using folder = temporaryFolder();
  const file = `${folder.path}/archive`;
  writeFileSync(file, archive);
  const begun = await node.call(api.startImport, { body: { file } });
  return await finished(node, begun.id);
}

const finished = (node: TestNode, id: string): Promise<api.ShownImport> =>
  eventually('the import ends', async () => {
    const now = await node.call(api.readImport, { params: { id } });
    return now.state === 'running' || now.state === 'undoing' ? undefined : now;
  });

const account = async (): Promise<Part[]> => [
  await picture(),
  outbox([
    note({
      n: 3,
      html: '<p>and a third</p>',
      replyTo: originOf(2),
      to: 'public',
      at: '2019-05-03T10:00:00Z',
    }),
    note({
      n: 1,
      html: '<p>The <b>first</b> &amp; oldest</p><p>Second line</p>',
      at: '2017-04-28T16:41:21Z',
    }),
    note({ n: 2, html: '<p>an answer to myself</p>', replyTo: originOf(1), at: '2019-05-02T10:00:00Z' }),
    note({
      n: 4,
      html: '<p>the garden</p>',
      to: 'followers',
      warning: 'green',
      files: [{ path: `/${PICTURE}`, alt: 'Rows of beans' }],
      at: '2020-01-01T00:00:00Z',
    }),
    note({ n: 5, html: '<p>unlisted</p>', to: 'unlisted', at: '2020-02-01T00:00:00Z' }),
    note({ n: 6, html: '<p>for Bea alone</p>', to: 'direct' }),
    note({
      n: 7,
      html: '<p>to Carl</p>',
      replyTo: 'https://elsewhere.example/1',
      at: '2020-03-01T00:00:00Z',
    }),
    boost(8),
  ]),
  { path: 'likes.json', bytes: Buffer.from('{"orderedItems":["https://elsewhere.example/2"]}') },
  actor,
  { ...(await picture()), path: 'avatar.png' },
];

for (const [kind, pack] of [
  ['tar.gz', tarGz],
  ['zip', zip],
] as const) {
  describe(`an account export as ${kind}`, () => {
    it('becomes posts with their dates, words, threads, audiences and pictures', async () => {
      await using alice = await makeNode({ name: 'alice-1' });
      const done = await start(alice, pack(await account()));
      assert.equal(done.state, 'done', JSON.stringify(done));
      assert.deepEqual(done.items, { total: 8, posts: 6, waiting: 0, failed: 0 });
      assert.deepEqual(done.files, { total: 1, done: 1, missing: 0 });
      assert.deepEqual([done.skipped.boost, done.skipped.direct], [1, 1]);
      const items = await feed(alice);
      assert.deepEqual(
        items.map(({ text, created_at, visibility }) => [text, created_at.slice(0, 10), visibility]),
        [
          ['↪ https://elsewhere.example/1\n\nto Carl', '2020-03-01', 'public'],
          ['unlisted', '2020-02-01', 'public'],
          ['the garden', '2020-01-01', 'friends'],
          ['and a third', '2019-05-03', 'public'],
          ['an answer to myself', '2019-05-02', 'public'],
          ['The first & oldest\n\nSecond line', '2017-04-28', 'public'],
        ],
      );
      const [, , garden, third, second, first] = items;
      assert.deepEqual(
        items.map(({ warning }) => warning),
        [null, null, 'green', null, null, null],
      );
      const { avatar } = await alice.call(readProfile, {});
      assert.notEqual(avatar, null);
      assert.equal(third?.reply_to, second?.uri);
      assert.equal(second?.reply_to, first?.uri);
      assert.equal(first?.imported_from, originOf(1));
      const [file] = garden?.media ?? [];
      assert.deepEqual([file?.alt, file?.width, file?.view], ['Rows of beans', 1600, true]);
      assert.match(file?.color ?? '', /^#(1f|20|21)(7f|80|81)(3f|40|41)$/);
      const thread = await alice.call(readThread, { params: { id: first?.id ?? '' } });
      assert.deepEqual(
        thread.replies.map(({ text }) => text),
        ['an answer to myself', 'and a third'],
      );
    });
  });
}

describe('an import', () => {
  it('takes the picture of the account where there is none, and with the import it goes again', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const { id } = await start(alice, zip([outbox([]), { ...(await picture()), path: 'avatar.jpg' }]));
    const { avatar } = await alice.call(readProfile, {});
    assert.notEqual(avatar, null);
    const own = await start(alice, zip([outbox([]), { ...(await picture()), path: 'avatar.png' }]));
    assert.equal((await alice.call(readProfile, {})).avatar, avatar);
    await alice.call(api.undoImport, { params: { id: own.id } });
    await finished(alice, own.id);
    assert.equal((await alice.call(readProfile, {})).avatar, avatar);
    await alice.call(api.undoImport, { params: { id } });
    await finished(alice, id);
    assert.equal((await alice.call(readProfile, {})).avatar, null);
    const broken = await start(
      alice,
      zip([outbox([]), { path: 'avatar.png', bytes: Buffer.from('no picture') }]),
    );
    assert.deepEqual([broken.state, (await alice.call(readProfile, {})).avatar], ['done', null]);
  });

  it('run twice brings nothing twice', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await start(alice, tarGz(await account()));
    const again = await start(alice, zip(await account()));
    assert.deepEqual([again.state, again.items.posts, again.skipped.already], ['done', 0, 6]);
    assert.equal((await feed(alice)).length, 6);
  });

  it('announces nothing to friends, whose new posts arrive as ever; a new friend meets it as older posts', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await start(alice, zip(await account()));
    await write(alice, 'something new');
    await reads(bob, 'something new');
    assert.deepEqual(await texts(bob), ['something new']);
    await using carol = await makeNode({ name: 'carol-1' });
    await befriend(carol, alice);
    const old = await reads(carol, 'unlisted');
    assert.deepEqual([old.created_at.slice(0, 10), old.imported_from], ['2020-02-01', originOf(5)]);
  });

  it('is taken back whole, also from who has been given it, and can then come again', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await write(alice, 'my own');
    const { id } = await start(alice, zip(await account()));
    await befriend(bob, alice);
    await reads(bob, 'unlisted');
    const edited = (await feed(alice)).find(({ text }) => text === 'and a third');
    await alice.call(editPost, { params: { id: edited?.id ?? '' }, body: { text: 'and a third, edited' } });
    await alice.call(api.undoImport, { params: { id: 'current' } });
    const undone = await finished(alice, id);
    assert.deepEqual([undone.state, undone.items.posts], ['undone', 0]);
    assert.deepEqual(await texts(alice), ['my own']);
    await eventually('its bytes are gone', () => alice.door(vault).usage().media === 0);
    await eventually('they are gone at the friend’s too', async () => (await texts(bob)).join() === 'my own');
    const again = await start(alice, zip(await account()));
    assert.deepEqual([again.state, again.items.posts, again.skipped.already], ['done', 6, 0]);
  });

  it('stopped in the middle goes on after a restart, and a cancelled one with the same archive', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    using folder = temporaryFolder();
    const file = `${folder.path}/archive.zip`;
    const notes = Array.from({ length: 600 }, (_, n) =>
      note({ n, html: `<p>note ${n}</p>`, at: '2018-01-01T00:00:00Z' }),
    );
    writeFileSync(file, zip([outbox(notes)]));
    const { id } = await alice.call(api.startImport, { body: { file } });
    await alice.restart();
    const done = await finished(alice, id);
    assert.deepEqual([done.state, done.items.posts], ['done', 600]);
    await alice.call(api.undoImport, { params: { id } });
    await finished(alice, id);
    const second = await alice.call(api.startImport, { body: { file } });
    await assert.rejects(alice.call(api.startImport, { body: { file } }), {
      code: 'portability/import-running',
    });
    await alice.call(api.cancelImport, { params: { id: second.id } });
    const cancelled = await finished(alice, second.id);
    assert.equal(cancelled.state, 'cancelled');
    const third = await alice.call(api.startImport, { body: { file } });
    const whole = await finished(alice, third.id);
    assert.equal(whole.items.posts + whole.skipped.already, 600);
    const { items } = await alice.call(readFeed, { query: { limit: 100 } });
    assert.equal(new Set(items.map(({ imported_from }) => imported_from)).size, 100);
  });

  it('whose archive has gone says so, and keeps what came', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    using folder = temporaryFolder();
    const file = `${folder.path}/archive.zip`;
    writeFileSync(file, zip(await account()));
    const { id } = await alice.call(api.startImport, { body: { file } });
    rmSync(file);
    const ended = await finished(alice, id);
    // Either it was quicker than the removal, or it says what happened.
    assert.equal(
      ended.state === 'done' ? null : ended.code,
      ended.state === 'done' ? null : 'portability/no-archive',
    );
    await assert.rejects(alice.call(api.startImport, { body: { file } }), { code: 'portability/no-archive' });
  });

  it('counts what is odd, and takes the rest', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const parts = [
      outbox([
        null,
        'https://social.example/1',
        { type: 'Create' },
        { type: 'Like', object: 'x' },
        note({ n: 1, html: '<p>no date</p>', at: 'yesterday' }),
        note({ n: 2, html: '' }),
        note({ n: 3, html: 'A\u202eB\u0000C', at: '2999-01-01T00:00:00Z' }),
        note({
          n: 4,
          html: '<p>kept</p>',
          files: [{ path: 'media_attachments/gone.png' }, { path: '../../etc/passwd' }],
        }),
        note({ n: 5, html: 'x'.repeat(60_000) }),
        note({ n: 6, html: '<p>two</p>' }),
        note({ n: 6, html: '<p>two again</p>' }),
        note({
          n: 7,
          html: '<p>Tea?</p>',
          more: {
            type: 'Question',
            oneOf: [{ type: 'Note', name: 'Yes', replies: { totalItems: 3 } }, { name: 'No' }],
          },
        }),
        note({ n: 8, html: '<p>x</p>', files: [{ path: 'media_attachments/bad.png' }] }),
        { ...note({ n: 9, html: 'y'.repeat(10) }), padding: 'z'.repeat(1_100_000) },
      ]),
      { path: 'media_attachments/bad.png', bytes: Buffer.concat([(await picture()).bytes.subarray(0, 300)]) },
    ];
    const done = await start(alice, zip(parts));
    assert.equal(done.state, 'done', JSON.stringify(done));
    const found = (await feed(alice)).map(({ text }) => text);
    assert.deepEqual(
      [found.length, found.includes('ABC'), found.includes('Tea?\n\n- Yes (3)\n- No')],
      [6, true, true],
    );
    assert.deepEqual([done.skipped.malformed, done.skipped.other, done.skipped['too-large']], [5, 1, 1]);
    assert.deepEqual(done.files, { total: 2, done: 0, missing: 2 });
    assert.equal(found.find((text) => text.startsWith('xxx'))?.length, 50_000);
  });

  it('is run, followed and taken back from the command line', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    using folder = temporaryFolder();
    const file = `${folder.path}/archive.tar.gz`;
    writeFileSync(file, tarGz(await account()));
    const done = (await alice.ored('import', file)) as api.ShownImport;
    assert.deepEqual([done.state, done.items.posts], ['done', 6]);
    assert.equal(((await alice.ored('import')) as api.ShownImport).id, done.id);
    assert.equal(((await alice.ored('import', '--undo')) as api.ShownImport).state, 'undone');
    writeFileSync(file, 'no archive');
    const refused = await alice.cli(['import', file, '--json']);
    assert.deepEqual([refused.code, refused.error().code], [65, 'portability/archive-unprocessable']);
    const upload = await alice.upload(uploadMedia, file, {});
    await assert.rejects(alice.call(api.startImport, { body: { upload: upload.id } }), {
      code: 'media/upload-not-found',
    });
  });
});
