// Posts in a real browser: pictures that leave without network and arrive once and without their place; one post with
// its answers, changes and a deletion that is taken back; who has it and why not; the feed by keyboard; an import.
import { claimNode, eventually, makeNode, type Owner, type TestNode } from '#kit';
import * as portability from '#node/portability/api.ts';
import * as api from '#node/posts/api.ts';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { note, outbox, zip } from '../portability/import/archives.ts';
import { befriend, feed, reads, write } from '../posts/friends-rig.ts';
import { checkScreen, focused, openBrowser, signInOn, visit, type Visit } from './kit/index.ts';

/** A photo as a phone makes it: large, turned, and with the place where it was taken. */
const photo = (): Promise<Buffer> =>
  sharp({ create: { width: 3_000, height: 1_500, channels: 3, background: '#345' } })
    .withExif({ IFD0: { Artist: 'Secret name' }, IFD3: { GPSLatitude: '48/1 51/1 30/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();

const expected = [/Failed to load resource/, /WebSocket/];

async function alone(): Promise<{ node: TestNode; owner: Owner }> {
  const node = await makeNode({ name: 'alice' });
  return { node, owner: await claimNode(node) };
}

const openFirst = async ({ page }: Visit, text: string): Promise<void> => {
  await page
    .getByRole('article')
    .filter({ hasText: text })
    .getByRole('link', { name: /now|ago/ })
    .click();
  await page.getByRole('heading', { level: 1, name: 'Post by' }).waitFor();
};

describe('posts', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('with a picture are written without network, and arrive once, upright, small and without the place', async () => {
    const { node, owner } = await alone();
    await using _node = node;
    await using there = await visit(browser, node, { expected });
    const { page } = there;
    await signInOn(there, owner);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await there.open('/write');
    await page.getByRole('textbox', { name: 'What do you want to say?' }).waitFor();
    await there.offline(true);
    const file = { name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer: await photo() };
    await page.locator('input[type=file]').first().setInputFiles(file);
    await page.getByRole('textbox', { name: 'What is in “IMG_1.jpg”?' }).fill('The river at dusk');
    await page.getByRole('button', { name: 'Warning' }).click();
    await page.getByRole('textbox', { name: 'What should one know before?' }).fill('Water');
    await page.getByRole('textbox', { name: 'What do you want to say?' }).fill('From the **bridge**');
    await checkScreen(there);
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.getByRole('article').getByText('On this device only').waitFor();
    assert.deepEqual(await feed(node), []);

    await there.offline(false);
    const post = page.getByRole('article', { name: 'Post by alice' });
    await post.getByRole('button', { name: 'Show it' }).click();
    await post.getByRole('button', { name: 'Open the picture: The river at dusk' }).click();
    const viewer = page.getByRole('dialog', { name: 'Pictures' });
    await viewer.getByText('The river at dusk').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await focused(there), 'button Open the picture: The river at dusk');

    const [kept, ...more] = await feed(node);
    assert.deepEqual(more, []);
    assert.ok(kept !== undefined);
    assert.deepEqual([kept.warning, kept.text], ['Water', 'From the **bridge**']);
    const [media] = kept.media;
    assert.deepEqual([media?.width, media?.height, media?.alt], [1_024, 2_048, 'The river at dusk']);
    const bytes = await (await owner.fetch(`/api/v1/posts/${kept.id}/media/0`)).arrayBuffer();
    assert.equal(Buffer.from(bytes).includes('Secret name'), false);
  });

  it('have a page: answered, reacted to, changed with their history, deleted and taken back', async () => {
    const { node, owner } = await alone();
    await using _node = node;
    const { uri } = await write(node, 'First words', { visibility: 'public' });
    await using there = await visit(browser, node, { size: 'desktop' });
    const { page } = there;
    await signInOn(there, owner);
    await openFirst(there, 'First words');

    await page.getByRole('button', { name: 'Answer', exact: true }).last().click();
    await page.getByRole('textbox', { name: 'What do you answer?' }).fill('An answer');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('list', { name: '1 answer' }).getByText('An answer').waitFor();

    await page.getByRole('button', { name: 'React' }).first().click();
    await page.getByRole('button', { name: 'Agree' }).click();
    await page.getByText(/👍.*1 person/).waitFor();
    await eventually('the reaction is on the node', async () => {
      const thread = await node.call(api.readThread, { params: { id: uri } });
      return thread.my_reaction === '👍';
    });
    // Opened again, it begins at what was chosen.
    await page.getByRole('button', { name: 'React' }).first().click();
    assert.equal(await focused(there), 'button Agree');
    await page.keyboard.press('Escape');
    assert.match(await focused(there), /React/);

    const more = page.getByRole('button', { name: 'More about the post by alice' }).first();
    await more.click();
    await page.getByRole('menuitem', { name: 'Change' }).click();
    await page.getByRole('textbox', { name: 'What should it say?' }).fill('Second words');
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByText('Second words').waitFor();
    await page.getByText('edited').waitFor();
    await checkScreen(there);
    await more.click();
    await page.getByRole('menuitem', { name: 'What it said before' }).click();
    await page.getByRole('dialog').getByText('First words').waitFor();
    await page.keyboard.press('Escape');

    await more.click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    assert.equal(await page.getByText('Second words').count(), 0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Second words').waitFor();
    assert.ok((await feed(node)).some(({ text }) => text === 'Second words'));
  });

  it('say who has them and why others do not, and are tried again when one says so', async () => {
    const { node: alice, owner } = await alone();
    await using _alice = alice;
    await using bob = await makeNode({ name: 'bobby' });
    await befriend(alice, bob);
    await write(alice, 'Arrives');
    await reads(bob, 'Arrives');
    await bob.stop();
    await write(alice, 'Waits');
    await using there = await visit(browser, alice, { language: 'fr', expected });
    const { page } = there;
    // As behind a proxy that knows no WebSocket: the node is asked what has changed.
    await page.routeWebSocket(/\/api\/v1\/live/, (socket) => socket.close());
    await signInOn(there, owner);
    const arrived = page.getByRole('article').filter({ hasText: 'Arrives' });
    await arrived.getByText('Amis : 1 personne').waitFor();
    await arrived.getByRole('button', { name: 'Arrivé chez 1 sur 1' }).waitFor();
    const waits = page.getByRole('article').filter({ hasText: 'Waits' });
    await waits.getByRole('button', { name: 'Arrivé chez 0 sur 1' }).click();
    const dialog = page.getByRole('dialog', { name: /Pourquoi ne le voient-ils pas/ });
    await dialog.getByText('En attente de départ', { exact: true }).waitFor();
    await checkScreen(there);
    await page.keyboard.press('Escape');
    await there.open('/deliveries');
    await page.getByText(/Son nœud ne répond pas pour le moment/).waitFor();
    assert.match(
      (await page.getByRole('link', { name: 'Publication' }).getAttribute('href')) ?? '',
      /^\/post\//,
    );
    await checkScreen(there);
    await page.getByRole('button', { name: /Réessayer.*bobby/ }).click();
    await page.getByText('Un nouvel essai est en cours.').waitFor({ state: 'attached' });
    await bob.start();
    await page.getByRole('heading', { name: 'Rien n’attend' }).waitFor();
    await reads(bob, 'Waits');
  });

  it('are walked through by keyboard, opened, and found again at their place', async () => {
    const { node, owner } = await alone();
    await using _node = node;
    const uris: string[] = [];
    for (let at = 0; at < 40; at += 1) {
      uris.push((await write(node, `Post number ${at}.`, { visibility: 'private' })).uri);
    }
    await using there = await visit(browser, node);
    const { page } = there;
    await signInOn(there, owner);
    await page.getByText('Post number 39.').waitFor();
    const placeOf = (): Promise<number> =>
      page.evaluate(() => Number(document.activeElement?.getAttribute('aria-posinset') ?? 0));
    for (let at = 1; at <= 30; at += 1) {
      await eventually(`post ${at} has the focus`, async () => {
        // Nothing follows the last post that is here until the next page has come.
        if ((await placeOf()) === at - 1) await page.keyboard.press('j');
        return (await placeOf()) === at;
      });
    }
    assert.ok(await page.evaluate(() => document.activeElement?.textContent.includes('Post number 10.')));
    await page.keyboard.press('k');
    await page.waitForFunction(
      () => document.activeElement?.textContent.includes('Post number 11.') === true,
    );
    const before = await page.evaluate(() => window.scrollY);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Post by' }).waitFor();
    await page.goBack();
    await page.getByText('Post number 11.').waitFor();
    await page.waitForFunction((y) => Math.abs(window.scrollY - y) < 4, before);

    // Below the newest thirty: the list is held still, and yet shows each post as it is.
    await node.call(api.editPost, { params: { id: uris[9] ?? '' }, body: { text: 'Number nine, changed.' } });
    await page.getByText('Number nine, changed.').waitFor();
  });

  it('that were written elsewhere are brought along, counted, and taken away again', async () => {
    const { node, owner } = await alone();
    await using _node = node;
    await using there = await visit(browser, node, { expected: [/status of 422/] });
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/import');
    await checkScreen(there);
    const archive = zip([
      outbox([note({ n: 1, html: '<p>From 2019</p>' }), note({ n: 2, html: '<p>Also</p>' })]),
    ]);
    const input = page.locator('input[type=file]');
    await input.setInputFiles({
      name: 'notes.zip',
      mimeType: 'application/zip',
      buffer: Buffer.from('no zip'),
    });
    await page.getByText(/is no zip or tar\.gz/).waitFor();
    await input.setInputFiles({ name: 'archive.zip', mimeType: 'application/zip', buffer: archive });
    await page.getByRole('heading', { name: 'Everything is here' }).waitFor();
    const { items } = await node.call(portability.listImports, {});
    assert.equal(items[0]?.items.posts, 2);
    await page.getByRole('button', { name: 'Take it all away again' }).first().click();
    await page.getByRole('button', { name: 'Take 2 posts away' }).click();
    await page.getByRole('heading', { name: 'Taken away again' }).waitFor();
    assert.deepEqual(await feed(node), []);
  });
});
