// The node's page and settings in a real browser: what is chosen stays, a copy of everything is downloaded, leaving asks
// first, and signing out says what would be lost and leaves nothing behind.
import { claimNode, makeNode } from '#kit';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { checkScreen, openBrowser, signInOn, visit } from './kit/index.ts';

describe('the node and its settings in the app', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('shows how the node is, looks for what is wrong when asked, and checks the log', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node);
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/node');
    await page.getByText(node.url).waitFor();
    await page.getByText('Not written down yet.').waitFor();
    await page.getByRole('meter', { name: 'Your files' }).waitFor();
    await page.getByRole('button', { name: 'Look now' }).click();
    await page.getByText(`Runs at ${node.url}.`).waitFor();
    await checkScreen(there);

    await page.getByRole('link', { name: 'Log' }).click();
    await page.getByText('identity.claimed').first().waitFor();
    await page.getByRole('button', { name: 'Check the whole chain' }).click();
    await page.getByText(/^Whole: \d+ entries/).waitFor();
    await checkScreen(there);
  });

  it('makes a copy of everything and gives it as one archive; leaving wants the copy and the right name', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node, { language: 'fr' });
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/settings/leave');
    await page.getByText('Faites d’abord une copie de tout.').waitFor();
    await there.open('/settings/export');
    await page.getByRole('button', { name: 'Faire la copie' }).click();
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Télécharger' }).click();
    const download = await coming;
    assert.match(download.suggestedFilename(), /^ored-alice-\d{4}-\d\d-\d\d\.tar$/);
    const listed = execFileSync('tar', ['-tf', await download.path()], { encoding: 'utf8' });
    assert.match(listed, /\/manifest\.json\n$/);
    await checkScreen(there);

    await there.open('/settings/leave');
    await page.getByRole('textbox').fill('bob');
    await page.getByRole('button', { name: 'Partir pour de bon' }).click();
    await page.getByRole('alert').getByText('Ce n’est pas votre nom d’utilisateur.').waitFor();
    await checkScreen(there);

    await there.open('/settings/export');
    await page.getByRole('button', { name: 'La supprimer du nœud' }).click();
    await page.getByRole('button', { name: 'Faire la copie' }).waitFor();
    assert.equal((await owner.fetch('/api/v1/exports/current/archive')).status, 404);
  });

  it('keeps the theme, says at signing out what was not sent, and leaves nothing in the browser', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node, { expected: [/Failed to load resource/, /WebSocket/] });
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/settings');
    await page.getByRole('radio', { name: 'Dark' }).check();
    await checkScreen(there);
    await page.reload();
    await page.locator('html[data-theme=dark]').waitFor({ state: 'attached' });
    assert.ok(await page.getByRole('radio', { name: 'Dark' }).isChecked());

    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await there.offline(true);
    await there.open('/write');
    await page.getByRole('textbox').first().fill('Half way');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.getByText('On this device only').first().waitFor();
    await there.open('/settings');
    await page.getByRole('button', { name: 'Sign out' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign out' });
    await dialog.getByText('Half way').waitFor();
    await dialog.getByText('1 change has not been sent').waitFor();

    await dialog.getByRole('button', { name: 'Sign out and lose it' }).waitFor();
    await there.offline(false);
    await dialog.getByText('1 change has not been sent').waitFor({ state: 'detached' });
    // Another tab of the same browser, with words that are being typed.
    const other = await there.context.newPage();
    await other.goto('/write');
    await other.getByRole('textbox').first().fill('Not for the next person');
    await dialog.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'Sign in to your node' }).waitFor();
    await other.getByRole('heading', { name: 'Sign in to your node' }).waitFor();
    await other.close();
    assert.equal(await page.evaluate(() => localStorage.getItem('ored.draft')), null);
    const left = await page.evaluate(async () => {
      const open = indexedDB.open('ored');
      await new Promise((resolve) => (open.onsuccess = resolve));
      const stores = ['note', 'outbox', 'draft', 'cache'];
      const tx = open.result.transaction(stores);
      const counts = stores.map(
        (name) =>
          new Promise<number>((resolve) => {
            const asked = tx.objectStore(name).count();
            asked.onsuccess = () => resolve(asked.result);
          }),
      );
      return Promise.all(counts);
    });
    assert.deepEqual(left, [0, 0, 0, 0]);
  });
});
