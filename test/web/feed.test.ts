// The feed in a real browser: long, read to its end without moving, news announced and not forced; and opened again
// without network.
import { claimNode, makeNode, type Owner } from '#kit';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { checkScreen, openBrowser, signInOn, visit } from './kit/index.ts';

async function write(owner: Owner, text: string): Promise<void> {
  const answer = await owner.fetch('/api/v1/posts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text, visibility: 'private' }),
  });
  assert.equal(answer.status, 201);
}

describe('the feed', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('says in words that nothing is here yet', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node, { size: 'desktop', theme: 'dark' });
    await signInOn(there, owner);
    await there.page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
    await checkScreen(there);
  });

  it('reads on to its end, holds few posts at a time, comes back to its place, and only announces news', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    for (let at = 0; at < 80; at += 1) await write(owner, `Post number ${at}`);
    await using there = await visit(browser, node);
    const { page } = there;
    await signInOn(there, owner);
    await page.getByText('Post number 79').waitFor();
    await page.waitForFunction(() => {
      window.scrollTo(0, document.body.scrollHeight);
      return document.body.textContent.includes('Post number 0');
    });
    assert.ok((await page.getByRole('article').count()) < 40, 'only what is near the screen exists');

    const before = await stillPlace(page);
    await write(owner, 'Something new');
    await page.getByRole('button', { name: '1 new post' }).waitFor();
    assert.equal(await stillPlace(page), before, 'the reading is not moved');
    assert.equal(await page.getByText('Something new').count(), 0);

    await page.getByRole('link', { name: 'Write' }).last().click();
    await page.getByRole('heading', { name: 'Write' }).waitFor();
    await page.goBack();
    await page.getByText('Post number 0', { exact: true }).waitFor();
    await page.getByRole('button', { name: '1 new post' }).click();
    await page.getByText('Something new').waitFor();
  });

  it('opens again without network, with what was last seen', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node, { expected: [/Failed to load resource/, /WebSocket/] });
    const { page } = there;
    await signInOn(there, owner);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await write(owner, 'Seen before');
    await there.open('/');
    await page.getByText('Seen before').waitFor();
    // Left at once, before changes have come to rest: what was seen is kept in leaving.
    await page.goto('about:blank');
    await there.offline(true);
    await there.open('/');
    await page.getByText('Seen before').waitFor();
    await page.getByText('No connection to your node.').waitFor();
  });
});

const STILL_FRAMES = 12;

/** Where the page stands when it moves no more: posts are drawn one by one, and their heights then known. */
function stillPlace(page: Page): Promise<number> {
  return page.evaluate(
    (enough) =>
      new Promise<number>((resolve) => {
        let [place, frames] = [window.scrollY, 0];
        const look = (): void => {
          frames = window.scrollY === place ? frames + 1 : 0;
          place = window.scrollY;
          if (frames >= enough) resolve(place);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    STILL_FRAMES,
  );
}
