// Search in a real browser: by its words with accents or without, by kind, by keyboard; and the marking of words.
import { claimNode, eventually, makeNode } from '#kit';
import * as conversations from '#node/conversations/api.ts';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { excerpt, fitsName } from '../../web/src/search/matching.ts';
import { befriend, write } from '../posts/friends-rig.ts';
import { checkScreen, focused, openBrowser, signInOn, visit } from './kit/index.ts';

const marked = (text: string, question: string): string =>
  excerpt(text, question)
    .map(({ text: piece, met }) => (met ? `[${piece}]` : piece))
    .join('');

describe('the words of a question', () => {
  it('are marked whatever their case and accents, the last one also as a beginning', () => {
    assert.equal(marked('Le Fleuve, été comme hiver', 'ete FLEUV'), 'Le [Fleuve], [été] comme hiver');
    assert.equal(marked('Le fleuve', 'fleuv le'), '[Le] fleuve');
    assert.equal(marked('une lettre', 'l '), 'une lettre');
    assert.equal(marked('日本の川', '川'), '日本の[川]');
  });

  it('bring their part of a long text, without half a character', () => {
    const long = `${'😀'.repeat(400)} rivière ${'x'.repeat(600)}`;
    const shown = marked(long, 'riviere');
    assert.match(shown, /^…/);
    assert.match(shown, /\[rivière\]/);
    assert.match(shown, /…$/);
    assert.ok(shown.isWellFormed() && shown.length < 300);
    assert.equal(marked('<img src=x>', 'img'), '<[img] src=x>');
  });

  it('find people by the beginnings of their names', () => {
    assert.ok(fitsName('Émile de la Rivière', 'riv emi'));
    assert.ok(!fitsName('Émile', 'mile'));
    assert.ok(!fitsName('Émile', ' '));
  });
});

describe('search', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('finds posts, messages and people as one types, goes through them by arrows, and remembers the question', async () => {
    await using alice = await makeNode({ name: 'alice' });
    await using riviere = await makeNode({ name: 'riviere' });
    await befriend(alice, riviere);
    await write(alice, 'La Rivière est haute', { visibility: 'private' });
    await alice.call(conversations.sendMessage, { body: { who: 'riviere', text: 'Viens à la rivière !' } });
    const owner = await claimNode(alice);
    await using there = await visit(browser, alice, { language: 'fr' });
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/search');
    await page.getByText('Retrouver').waitFor();
    const field = page.getByRole('searchbox', { name: 'Mots' });
    await field.fill('zzz');
    await page.getByText('Rien trouvé').waitFor();
    await field.fill('rivi');
    await page.getByRole('link', { name: /La Rivière est haute/ }).waitFor();
    await page.getByRole('link', { name: /Viens à la rivière/ }).waitFor();
    await page.getByRole('heading', { name: 'Personnes' }).waitFor();
    await checkScreen(there);
    assert.deepEqual(await page.locator('mark').allTextContents(), ['riviere', 'rivière', 'Rivière']);

    await field.focus();
    await page.keyboard.press('ArrowDown');
    assert.match(await focused(there), /^a riviere/);
    await page.keyboard.press('ArrowUp');
    assert.match(await focused(there), /^input Mots/);
    await page.getByRole('radio', { name: 'Messages' }).check();
    await page.getByRole('link', { name: /La Rivière/ }).waitFor({ state: 'detached' });
    // The owner's own message leads to the conversation that it stands in.
    const found = page.getByRole('link', { name: /Viens à la rivière/ });
    assert.equal(await found.getAttribute('href'), `/messages/${riviere.nodeId}`);
    await found.click();
    await page.goBack();
    await page.getByRole('link', { name: /Viens à la rivière/ }).waitFor();
    await page.getByRole('searchbox', { name: 'Mots' }).fill('');
    await page.getByRole('button', { name: 'rivi', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Les oublier' }).click();
    await eventually('they are forgotten', () => page.getByText('Retrouver').isVisible());
  });
});
