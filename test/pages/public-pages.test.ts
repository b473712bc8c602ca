// What a browser without an account is shown: public posts and nothing else, escaped by construction, in two languages,
// as pages and as a feed; and the page behind an invitation link.
import { makeNode, type TestNode } from '#kit';
import * as media from '#node/media/api.ts';
import * as pages from '#node/pages/api.ts';
import * as people from '#node/people/api.ts';
import * as posts from '#node/posts/api.ts';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { write } from '../posts/friends-rig.ts';

/** What would run, if a single hole were not escaped. */
const corpus = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '`><a href=javascript:alert(1)>x</a>',
  '</title></p></content></entry><entry>',
  '<!--<img src="--><img src=x onerror=alert(1)//">',
  ']]><script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  'https://a.example/"onmouseover=alert(1)//',
  "https://a.example/'style=x:expression(alert(1))",
  'javascript:alert(1) data:text/html,<script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}} ${alert(1)}',
];

const page = async (node: TestNode, path: string, headers: Record<string, string> = {}) => {
  const answer = await node.fetch(path, { headers });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};
const alice = () => makeNode({ name: 'alice-1' });

/** Every element closed, and none but these. */
function assertWellFormed(text: string, allowed: readonly string[], isVoid: readonly string[] = []): void {
  const open: string[] = [];
  for (const [, closing, name = '', rest = ''] of text
    .replace(/^<\?xml[^>]*\?>|<!doctype html>/i, '')
    .matchAll(/<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*\s*\/?)>/g)) {
    assert.ok(allowed.includes(name), `<${name}> was not expected`);
    assert.doesNotMatch(rest.replaceAll(/"[^"]*"/g, ''), /\son\w+=|style=/i);
    if (closing === '/') assert.equal(open.pop(), name);
    else if (!rest.endsWith('/') && !isVoid.includes(name)) open.push(name);
  }
  assert.deepEqual(open, []);
  const outside = text
    .replace(/^<\?xml[^>]*\?>|<!doctype html>/i, '')
    .replaceAll(/<\/?[a-zA-Z][\w:-]*(?:\s+[\w:-]+="[^"<]*")*\s*\/?>/g, '');
  assert.doesNotMatch(outside, /[<>]/);
}
const HTML =
  'html head meta title link body main header section article div p a bdi h1 h2 img br time span code';
const VOID = ['meta', 'link', 'img', 'br'];
const ATOM = 'feed id title subtitle updated author name uri link generator entry published content';

describe('public pages', () => {
  it('show public posts and nothing else, with what feed readers and previews look for', async () => {
    await using node = await alice();
    const open = await write(node, 'Le fleuve\n\nce soir https://a.example/x', { visibility: 'public' });
    const friends = await write(node, 'Only friends', { visibility: 'friends' });
    const diary = await write(node, 'Diary', { visibility: 'private' });
    const narrowed = await write(node, 'Was public', { visibility: 'public' });
    await node.call(posts.editPost, { params: { id: narrowed.id }, body: { visibility: 'friends' } });
    const trashed = await write(node, 'Regretted', { visibility: 'public' });
    await node.call(posts.trashPost, { params: { id: trashed.id }, body: {} });
    const answer = await write(node, 'An answer', { visibility: 'public', reply_to: open.uri });

    const { status, headers, body } = await page(node, '/@alice-1');
    assert.equal(status, 200);
    assert.match(body, /Le fleuve<\/p>/);
    assert.match(body, /<a href="https:\/\/a\.example\/x" rel="nofollow ugc noopener noreferrer">/);
    for (const hidden of ['Only friends', 'Diary', 'Was public', 'Regretted', 'An answer']) {
      assert.doesNotMatch(body, new RegExp(hidden));
    }
    for (const word of ['h-feed', 'h-entry', 'h-card', 'e-content', 'dt-published', 'og:title', 'og:url']) {
      assert.match(body, new RegExp(word));
    }
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/);
    assert.match(body, /<meta name="robots" content="noindex, nofollow">/);
    assert.equal((await page(node, `/@alice-1/posts/${open.id}`)).status, 200);
    const missing = (await page(node, '/@alice-1/posts/0199aaaa-0000-7000-8000-000000000000')).body;
    for (const { id } of [friends, diary, narrowed, trashed, answer]) {
      const refused = await page(node, `/@alice-1/posts/${id}`);
      assert.deepEqual([refused.status, refused.body], [404, missing]);
    }
    assert.equal((await page(node, '/@bob-1')).status, 404);
  });

  it('fold what stands behind a warning, and tell a preview and a feed the warning alone', async () => {
    await using node = await alice();
    const { id } = await node.call(posts.createPost, {
      body: { text: 'The butler did it', warning: 'The end <of> the film', visibility: 'public' },
    });
    const { body } = await page(node, `/@alice-1/posts/${id}`);
    const head = body.slice(0, body.indexOf('<body>'));
    assert.match(head, /The end &#60;of&#62; the film/);
    assert.doesNotMatch(head, /butler/);
    assert.match(
      body,
      /<details><summary class="p-summary" dir="auto">The end [^<]*<\/summary>[^]*butler[^]*<\/details>/,
    );
    const feed = (await page(node, '/@alice-1.atom')).body;
    assert.match(feed, /<title>The end &#60;of&#62; the film<\/title>/);
    assert.match(feed, /<summary>The end &#60;of&#62; the film<\/summary>/);
    assertWellFormed(body, [...HTML.split(' '), 'details', 'summary'], VOID);
    assertWellFormed(feed, [...ATOM.split(' '), 'summary']);
  });

  it('speak the reader’s language, page by page, and cost no body when nothing changed', async () => {
    await using node = await alice();
    for (let n = 0; n < 21; n += 1) await write(node, `Post ${n}`, { visibility: 'public' });
    const first = await page(node, '/@alice-1?utm_source=x', { 'accept-language': 'fr' });
    assert.match(first.body, /<html lang="fr">/);
    const next = /href="(\/@alice-1\?before=[^"]+)">Publications plus anciennes/.exec(first.body)?.[1] ?? '';
    const second = await page(node, next);
    assert.match(second.body, /Post 0</);
    assert.doesNotMatch(second.body, /Older posts/);
    for (const path of ['/@alice-1', '/@alice-1.atom']) {
      const etag = (await page(node, path)).headers.get('etag') ?? '';
      const again = await page(node, path, { 'if-none-match': `"x", W/${etag}` });
      assert.deepEqual([again.status, again.body], [304, '']);
    }
    const etag = (await page(node, '/@alice-1.atom')).headers.get('etag') ?? '';
    await write(node, 'New', { visibility: 'public' });
    assert.equal((await page(node, '/@alice-1.atom', { 'if-none-match': etag })).status, 200);
  });

  it('run nothing that anybody wrote, wherever it stands (L4)', async () => {
    await using node = await alice();
    await node.call(pages.changeSettings, { body: { profile: true } });
    for (const text of corpus) await write(node, text, { visibility: 'public' });
    const file = `${node.dataDir}/notes.txt`;
    writeFileSync(file, 'x');
    for (const text of corpus.slice(0, 6)) {
      const { id } = await node.upload(media.uploadMedia, file, { name: text, alt: text });
      await write(node, '', { visibility: 'public', media: [id] });
    }
    for (const text of corpus) {
      await node
        .call(people.changeProfile, { body: { bio: text, display_name: text.slice(0, 60) } })
        .catch(() => {
          // A name that the node refuses shows nothing.
        });
      assertWellFormed((await page(node, '/@alice-1')).body, HTML.split(' '), VOID);
      assertWellFormed((await page(node, '/@alice-1.atom')).body, ATOM.split(' '));
    }
    const feed = (await page(node, '/@alice-1.atom')).body;
    // Inside the feed the content is mark-up once more: it must be whole, too, when a reader unpacks it.
    const contents = [...feed.matchAll(/<content type="html">([^<]*)<\/content>/g)];
    assert.ok(contents.length > 10);
    for (const [, content = ''] of contents) {
      const unpacked = content.replaceAll(/&#(\d+);/g, (_whole, code: string) =>
        String.fromCharCode(Number(code)),
      );
      assertWellFormed(unpacked, ['p', 'a', 'br'], ['br']);
    }
    const { items } = await node.call(posts.readFeed, { query: { limit: 100 } });
    for (const { id } of items) {
      assertWellFormed((await page(node, `/@alice-1/posts/${id}`)).body, HTML.split(' '), VOID);
    }
  });

  it('serve the files of public posts and the portrait, and no others', async () => {
    await using node = await alice();
    const { default: sharp } = await import('sharp');
    const file = `${node.dataDir}/river.png`;
    writeFileSync(
      file,
      await sharp({ create: { width: 9, height: 9, channels: 3, background: 'blue' } })
        .png()
        .toBuffer(),
    );
    const upload = async () =>
      (await node.upload(media.uploadMedia, file, { name: 'river.png', alt: 'A river' })).id;
    assert.equal((await page(node, '/@alice-1/portrait')).status, 404);
    await node.call(people.changeProfile, { body: { avatar: await upload() } });
    assert.equal((await page(node, '/@alice-1/portrait')).status, 404);
    await node.call(pages.changeSettings, { body: { profile: true } });
    const open = await write(node, 'Look', { visibility: 'public', media: [await upload()] });
    const closed = await write(node, 'Look', { visibility: 'friends', media: [await upload()] });
    assert.match((await page(node, `/@alice-1/posts/${open.id}`)).body, /alt="A river"/);
    const shown = await page(node, `/@alice-1/posts/${open.id}/media/0`);
    assert.deepEqual([shown.status, shown.headers.get('content-type')?.split('/')[0]], [200, 'image']);
    assert.match(shown.headers.get('content-security-policy') ?? '', /sandbox/);
    assert.equal((await page(node, '/@alice-1/portrait')).status, 200);
    for (const path of [`${open.id}/media/1`, `${closed.id}/media/0`]) {
      assert.equal((await page(node, `/@alice-1/posts/${path}`)).status, 404);
    }
  });

  it('can be switched off, and shown to search engines, by the owner alone', async () => {
    await using node = await alice();
    const { id } = await write(node, 'Hello', { visibility: 'public' });
    await node.call(pages.changeSettings, { body: { indexed: true } });
    assert.doesNotMatch((await page(node, '/@alice-1')).body, /noindex/);
    await node.call(pages.changeSettings, { body: { shown: false } });
    for (const path of ['/@alice-1', '/@alice-1.atom', `/@alice-1/posts/${id}`, '/@alice-1/portrait']) {
      assert.equal((await page(node, path)).status, 404, path);
    }
    assert.deepEqual(await node.call(pages.readSettings, {}), {
      shown: false,
      indexed: true,
      profile: false,
    });
    assert.equal((await page(node, '/api/v1/pages')).status, 401);
  });
});

describe('the page of an invitation', () => {
  it('says who invites and how to come, in two languages, and is a 404 once it is not good', async () => {
    await using node = await alice();
    const { url, id } = await node.call(people.createInvite, { body: {} });
    const path = new URL(url).pathname;
    const english = await page(node, path);
    assert.equal(english.status, 200);
    assert.match(english.body, new RegExp(`ored friends add ${url}`));
    assert.match(english.body, new RegExp(node.nodeId));
    assert.match(english.body, /install\.sh/);
    assert.equal(english.headers.get('cache-control'), 'no-store');
    assert.match((await page(node, path, { 'accept-language': 'fr' })).body, /vous invite/);
    assertWellFormed(english.body, HTML.split(' '), VOID);
    await node.call(people.revokeInvite, { params: { id } });
    assert.equal((await page(node, path)).status, 404);
    assert.equal((await page(node, `/i/${'A'.repeat(22)}`)).status, 404);
    // Looking costs nothing.
    assert.equal((await node.call(people.listInvites, {})).items[0]?.uses, 0);
  });
});
