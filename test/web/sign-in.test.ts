// Signing in, in a real browser: by keyboard, with its refusals, and over a screen whose session has ended.
import { claimNode, makeNode } from '#kit';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { checkScreen, openBrowser, signInOn, visit } from './kit/index.ts';

describe('signing in', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('takes the passphrase from the keyboard alone, and says in words when it is wrong or missing', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node, { language: 'fr' });
    const { page } = there;
    await there.open('/');
    await page.getByRole('heading', { name: 'Connexion à votre nœud' }).waitFor();
    await checkScreen(there);
    await page.getByRole('textbox', { name: 'Phrase de passe' }).focus();

    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Saisissez votre phrase de passe.').waitFor();
    await page.keyboard.type('pas la bonne du tout');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('La phrase de passe n’est pas la bonne.').waitFor();
    await page.keyboard.type(owner.passphrase);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Accueil' }).waitFor();
    assert.equal(await page.title(), 'Accueil · O-Red');

    // A browser that refuses every storage is not left waiting: it signs in, and keeps nothing.
    await using bare = await visit(browser, node, { expected: [/./] });
    await bare.context.addInitScript(() => {
      const refuse = (): never => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      };
      for (const kind of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
        Object.defineProperty(window, kind, { get: refuse });
      }
    });
    await bare.open('/');
    await bare.page.getByRole('textbox', { name: 'Passphrase' }).fill(owner.passphrase);
    await bare.page.keyboard.press('Enter');
    await bare.page.getByRole('heading', { name: 'Home' }).waitFor();
  });

  it('comes back over the screen when the session ends, and gives the typed words back', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node, { expected: [/WebSocket/] });
    const { page } = there;
    await signInOn(there, owner);
    await page.getByRole('link', { name: 'Write' }).first().click();
    await page.getByRole('textbox').fill('Half a thought');

    const sessions = (await (await owner.fetch('/api/v1/sessions')).json()) as {
      items: { session_id: string; current: boolean }[];
    };
    const others = sessions.items.filter(({ current }) => !current);
    assert.equal(others.length, 1);
    await owner.fetch(`/api/v1/sessions/${others[0]?.session_id ?? ''}`, { method: 'DELETE' });
    await page.getByText('Your session has ended.').waitFor();
    await page.getByRole('textbox', { name: 'Passphrase' }).fill(owner.passphrase);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Write' }).waitFor();
    assert.equal(await page.getByRole('textbox').inputValue(), 'Half a thought');
    await page.getByRole('button', { name: 'Post' }).click();
    await page.getByRole('article', { name: 'Post by alice' }).getByText('Half a thought').waitFor();
  });
});
