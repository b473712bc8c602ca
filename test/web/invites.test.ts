// Invitations in a real browser: made, shown with its code, used by somebody else from their own app, and taken back.
import { claimNode, eventually, makeNode } from '#kit';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { bondWith } from '../posts/friends-rig.ts';
import { checkScreen, openBrowser, signInOn, visit } from './kit/index.ts';

describe('invitations', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('make friends of two people without another question, and can be taken back', async () => {
    await using alice = await makeNode({ name: 'alice' });
    await using bob = await makeNode({ name: 'bob' });
    const [owner, other] = [await claimNode(alice), await claimNode(bob)];
    await using there = await visit(browser, alice, { language: 'fr' });
    // A phone's sheet to share with, which the browser of the tests has not.
    const shared: ShareData[] = [];
    await there.context.exposeFunction('noteShared', (data: ShareData) => void shared.push(data));
    await there.context.addInitScript(() => {
      const { noteShared } = window as unknown as { noteShared: (data: ShareData) => Promise<void> };
      navigator.share = (data = {}) => noteShared(data);
    });
    await signInOn(there, owner);
    await there.open('/invites');
    await there.page.getByRole('radio', { name: '5', exact: true }).focus();
    await there.page.keyboard.press('Space');
    await there.page.getByRole('textbox', { name: 'Pour qui' }).fill('Bob');
    await there.page.keyboard.press('Enter');
    await there.page.getByRole('img', { name: 'Code QR de l’invitation « Bob »' }).waitFor();
    await there.page.getByText('Ce lien ne s’ouvre que sur la machine de votre nœud').waitFor();
    await checkScreen(there);
    const link = (await there.page.locator('.invite-link a').getAttribute('href')) ?? '';
    await there.page.getByRole('button', { name: 'Envoyer', exact: true }).click();
    await eventually('the sheet has it', () => shared.length === 1);
    assert.deepEqual([shared[0]?.title, shared[0]?.url], ['O-Red', link]);

    await using elsewhere = await visit(browser, bob);
    await signInOn(elsewhere, other);
    await elsewhere.open('/people/add');
    await elsewhere.page.getByRole('searchbox').fill(`${link.slice(0, -4)}!`);
    await elsewhere.page.keyboard.press('Enter');
    assert.equal(await bondWith(bob, alice), undefined);
    await elsewhere.page.getByRole('searchbox').fill(link);
    await elsewhere.page.keyboard.press('Enter');
    await elsewhere.page.getByText(`An invitation of the node at ${new URL(alice.url).host}.`).waitFor();
    await elsewhere.page.getByRole('button', { name: 'Become friends' }).click();
    await elsewhere.page.getByText('You are friends').first().waitFor();
    await eventually('both say so', async () => (await bondWith(alice, bob)) === 'friend:accepted');

    await there.page.getByText('1 personne venue sur 5').waitFor();
    await there.page.getByRole('button', { name: 'Retirer l’invitation « Bob »' }).click();
    await there.page.getByRole('dialog').getByRole('button', { name: 'La retirer' }).click();
    await there.page.getByText('retirée', { exact: true }).waitFor();
    assert.equal(await bondWith(alice, bob), 'friend:accepted');
  });
});
