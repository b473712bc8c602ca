// What strangers put into every field that they fill, opened on every screen that shows it: read as words, never run,
// never wider than the phone; and what is too long is refused in words, with nothing lost.
import { claimNode, eventually, makeNode, type TestNode } from '#kit';
import { listMessages, sendMessage } from '#node/conversations/api.ts';
import { uploadMedia } from '#node/media/api.ts';
import { addFriend, changeProfile, listConnections } from '#node/people/api.ts';
import { createPost } from '#node/posts/api.ts';
import { POST_TEXT_CHARS_MAX } from '#protocol/limits.ts';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { befriend, makeTown, requests } from '../conversations/rig.ts';
import { feed } from '../posts/friends-rig.ts';
import { openBrowser, signInOn, visit, type Visit } from './kit/index.ts';

/** Each would set `hurt` if it ran as markup, as an address, as a template, or out of an attribute. */
const CORPUS = [
  '<script>window.hurt=1</script>',
  '<img src=x onerror=window.hurt=1>',
  '"><svg/onload=window.hurt=1>',
  "'-(window.hurt=1)-'",
  '<iframe srcdoc="<script>parent.hurt=1</script>">',
  '[a](javascript:window.hurt=1)',
  '[b](data:text/html,<script>opener.hurt=1</script>)',
  '![c](https://tracker.example/pixel.png)',
  '{{constructor.constructor("window.hurt=1")()}}',
  '${window.hurt=1}',
  '<a href="java&#115;cript:window.hurt=1">d</a>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=window.hurt=1>',
  '<style>@import "https://tracker.example/x.css"</style>',
  '<base href="https://tracker.example/"><meta http-equiv=refresh content="0;url=https://tracker.example">',
];
const LONG = CORPUS.join('\n');
const SHORT = CORPUS[1] ?? '';
const UNBROKEN = 'w'.repeat(600);
/** Where scripts hide once words have become markup. */
const MARKUP =
  'main :is(script, iframe, object, embed, base, meta, style, [onload], [onerror], [srcdoc], [href^="javascript" i], [href^="data" i])';

/** Opens a screen, waits until it shows `text`, and looks for harm. */
async function look(there: Visit, path: string, text: string): Promise<void> {
  const { page } = there;
  await there.open(path);
  await page.getByText(text, { exact: false }).first().waitFor();
  const harm = await page.evaluate((markup) => {
    const root = document.documentElement;
    return {
      ran: 'hurt' in window,
      markup: [...document.querySelectorAll(markup)].map(({ outerHTML }) => outerHTML.slice(0, 200)),
      wider: root.scrollWidth - root.clientWidth,
    };
  }, MARKUP);
  assert.deepEqual(harm, { ran: false, markup: [], wider: 0 }, path);
}

/** Bob is a friend and Carol a stranger; both fill whatever they can. */
async function fillEverything(alice: TestNode, bob: TestNode, carol: TestNode): Promise<void> {
  for (const [node, name] of [
    [bob, `Bob ${SHORT}`],
    [carol, `Carol ${SHORT}`],
  ] as const) {
    await node.call(changeProfile, { body: { display_name: name, bio: LONG } });
  }
  await befriend(alice, bob);
  const picture = `${bob.dataDir}/picture.png`;
  writeFileSync(
    picture,
    await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
      .png()
      .toBuffer(),
  );
  const { id } = await bob.upload(uploadMedia, picture, { name: `${SHORT}.png`, alt: LONG });
  await bob.call(createPost, { body: { text: `${LONG}\n${UNBROKEN}`, visibility: 'public', media: [id] } });
  const sent = await bob.upload(uploadMedia, picture, { name: `${SHORT} ${UNBROKEN}`.slice(0, 200) });
  await bob.call(sendMessage, { body: { who: alice.name, text: `${LONG}\n${UNBROKEN}`, files: [sent.id] } });
  await carol.call(addFriend, { body: { who: alice.name, note: `Request ${LONG}`.slice(0, 500) } });
  await carol.call(sendMessage, { body: { who: alice.name, text: `Stranger ${LONG}` } });
  await eventually('everything has come', async () => {
    const { items } = await alice.call(listMessages, { query: { who: bob.name } });
    const asked = (await alice.call(listConnections, { query: {} })).items.length === 2;
    return (
      items.length === 1 && asked && (await requests(alice)).length === 1 && (await feed(alice)).length > 0
    );
  });
}

describe('the words of strangers', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('are words on every screen that shows them, and on the public page, and none is run', async () => {
    await using town = await makeTown('alice', 'bob', 'carol');
    const { alice, bob, carol } = town.people;
    await fillEverything(alice, bob, carol);
    const [post] = await feed(alice);
    const [, author = '', id = ''] = /^orf:\/\/([^/]+)\/.*?([^/]+)$/.exec(post?.uri ?? '') ?? [];
    const owner = await claimNode(alice);
    await using there = await visit(browser, alice, { expected: [/Failed to load resource/] });
    await signInOn(there, owner);
    for (const [path, text] of [
      ['/', '<math><mtext>'],
      [`/post/${author}/${id}`, '<base href='],
      ['/people', `Bob ${SHORT}`],
      [`/people/${bob.nodeId}`, '<base href='],
      [`/people/${carol.nodeId}`, `Carol ${SHORT}`],
      ['/notifications', SHORT],
      ['/messages', `Bob ${SHORT}`],
      [`/messages/${bob.nodeId}`, '<base href='],
      ['/messages/requests', SHORT],
      [`/messages/${carol.nodeId}`, 'Stranger <script>'],
      ['/search?q=constructor', 'constructor'],
      ['/node/peers', 'bob'],
    ] as const) {
      await look(there, path, text);
    }
    await using stranger = await visit(browser, bob);
    await look(stranger, '/@bob', '<math><mtext>');
    const atom = await bob.fetch('/@bob.atom');
    assert.doesNotMatch(await atom.text(), /<(?:script|img src=x|iframe|base|meta)/);
  });

  it('that are too long or lie about their direction are refused with nothing lost, and at the limit are taken', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node, { expected: [/status of 422/] });
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/write');
    const field = page.getByRole('textbox');
    const post = page.getByRole('button', { name: 'Post', exact: true });
    // As long as a text may be: emoji of several parts, stacked accents, and words without a space.
    const most = `👩‍👩‍👧‍👦é\u0323\u0302${UNBROKEN}`.repeat(80).padEnd(POST_TEXT_CHARS_MAX, 'y');
    await field.fill(`${most.slice(0, POST_TEXT_CHARS_MAX)}zz`);
    await page.getByText('2 characters too many. Nothing was cut').waitFor();
    await post.click();
    assert.equal((await field.inputValue()).length, POST_TEXT_CHARS_MAX + 2);
    await field.fill(most.slice(0, POST_TEXT_CHARS_MAX));
    await post.click();
    const card = page.getByRole('article').first();
    await card.getByText('👩‍👩‍👧‍👦').first().waitFor();
    assert.equal(
      (await eventually('it is on the node', async () => (await feed(node))[0])).text.length,
      50_000,
    );
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);

    await there.open('/write');
    await field.fill('the name is \u202egnorw');
    await post.click();
    await page.getByText('This text holds').waitFor();
  });
});
