// Writing a post in a real browser: who may see it, drafts, and no network: what is written is delivered, and once.
import { claimNode, eventually, makeNode, type Owner } from '#kit';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { checkScreen, openBrowser, signInOn, visit } from './kit/index.ts';

interface Feed {
  readonly items: readonly { readonly text: string; readonly visibility: string }[];
}
const feedOf = async (owner: Owner): Promise<Feed['items']> =>
  ((await (await owner.fetch('/api/v1/feed')).json()) as Feed).items;

describe('writing a post', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('goes by keyboard from the navigation to the feed, with the visibility that was chosen in words', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node, { language: 'fr' });
    const { page } = there;
    await signInOn(there, owner);
    await page.getByRole('link', { name: 'Écrire' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Écrire' }).waitFor();
    await checkScreen(there);

    // What the phone's camera gives is taken, and can be taken away.
    const camera = page.locator('input[capture=environment]');
    const buffer = readFileSync(new URL('../../scripts/demo/hills.jpg', import.meta.url));
    await camera.setInputFiles({ name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer });
    const taken = page.getByRole('list', { name: 'Ce qui l’accompagne' }).getByRole('listitem');
    await taken.getByRole('img').or(taken.locator('img')).first().waitFor();
    await page.getByRole('button', { name: /^Retirer .*IMG_1\.jpg/ }).click();
    await taken.waitFor({ state: 'detached' });

    await page.getByRole('textbox', { name: 'Que voulez-vous dire ?' }).focus();
    await page.keyboard.type('Le fleuve ce soir');
    // Over the ways to add a picture and a warning, to the question who may see it.
    await page.getByRole('button', { name: 'Avertissement' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    assert.ok(await page.getByRole('radio', { name: /Tout le monde/ }).isChecked());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const post = page.getByRole('article', { name: 'Publication de alice' });
    await post.getByText('Le fleuve ce soir').waitFor();
    await post.getByText('Tout le monde').waitFor();
    assert.deepEqual(
      (await feedOf(owner)).map(({ text, visibility }) => [text, visibility]),
      [['Le fleuve ce soir', 'public']],
    );
  });

  it('refuses an empty post in words, and keeps what was typed when the page is closed', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node);
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/write');
    await page.getByRole('button', { name: 'Post' }).click();
    await page.getByRole('alert').getByText('Write something first').waitFor();
    await page.getByRole('textbox').fill('Not finished');
    await there.open('/');
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await there.open('/write');
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'Not finished');
    assert.deepEqual(await feedOf(owner), []);
  });

  it('keeps what is written without network, shows where it is, and delivers each once when there is network', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node, { expected: [/Failed to load resource/, /WebSocket/] });
    const { page } = there;
    await signInOn(there, owner);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await there.offline(true);
    for (const text of ['First, without network', 'Second, without network']) {
      await there.open('/write');
      await page.getByRole('textbox').fill(text);
      await page.getByRole('button', { name: 'Post' }).click();
      await page.getByRole('article', { name: text }).getByText('On this device only').waitFor();
    }
    await page.getByText('No connection to your node.').waitFor();
    assert.deepEqual(await feedOf(owner), []);

    await there.offline(false);
    await page.getByRole('article', { name: 'Post by alice' }).first().waitFor();
    await eventually('both arrived', async () => (await feedOf(owner)).length >= 2);
    const texts = (await feedOf(owner)).map(({ text }) => text);
    assert.deepEqual(texts.toSorted(), ['First, without network', 'Second, without network']);
  });
});
