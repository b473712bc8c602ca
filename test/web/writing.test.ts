// Writing a post in a real browser: who may see it, drafts, and no network: what is written is delivered, and once.
import { claimNode, eventually, makeNode, type Owner } from '#kit';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { openBrowser, signInOn, visit } from './kit/index.ts';

interface Feed {
  readonly items: readonly { readonly text: string; readonly visibility: string }[];
}
const feedOf = async (owner: Owner): Promise<Feed['items']> =>
  ((await (await owner.fetch('/api/v1/feed')).json()) as Feed).items;

describe('writing a post', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('refuses an empty post in words, and keeps what was typed when the page is closed', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node);
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/write');
    await page.getByRole('button', { name: 'Post' }).click();
    await page.getByRole('alert').getByText('Write something first').waitFor();

    // What the phone's camera gives is taken, and can be taken away.
    const camera = page.locator('input[capture=environment]');
    const buffer = readFileSync(new URL('../../scripts/demo/hills.jpg', import.meta.url));
    await camera.setInputFiles({ name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer });
    const taken = page.getByRole('list', { name: 'What goes with it' }).getByRole('listitem');
    await taken.locator('img').first().waitFor();
    await page.getByRole('button', { name: /^Take .*IMG_1\.jpg/ }).click();
    await taken.waitFor({ state: 'detached' });

    await page.getByRole('textbox', { name: 'What do you want to say?' }).fill('Not finished');
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
