// One evening with the keyboard alone: in, a post for everybody, a word to a friend, and what became of it. No pointer,
// no field that the test fills or focuses itself; every stop on the way shows the ring, and they come in reading order.
import { claimNode, eventually } from '#kit';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { befriend, makeTown, read, say } from '../conversations/rig.ts';
import { reads } from '../posts/friends-rig.ts';
import { focused, openBrowser, visit, type Visit } from './kit/index.ts';

/** More stops than this between two things is no way to get there. */
const STOPS_MAX = 40;

describe('the keyboard alone', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('signs in, publishes, opens a conversation, writes, and sees that it arrived', async () => {
    await using town = await makeTown('alice', 'bob');
    const { alice, bob } = town.people;
    await befriend(alice, bob);
    await say(bob, 'alice', 'Tu viens ce soir ?');
    await eventually('it is here', async () => (await read(alice)).length === 1);
    const owner = await claimNode(alice);
    for (const step of ['language', 'profile', 'kit', 'people']) {
      const body = JSON.stringify({ state: 'later' });
      const headers = { 'content-type': 'application/json' };
      await owner.fetch(`/api/v1/welcome/${step}`, { method: 'PUT', headers, body });
    }
    await using there = await visit(browser, alice, { language: 'fr', size: 'desktop' });
    const { page } = there;
    const { keyboard } = page;
    const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();

    await there.open('/');
    await heading('Connexion à votre nœud');
    await stopsAt(there, 'input Phrase de passe');
    await keyboard.type(owner.passphrase);
    await keyboard.press('Enter');
    await arrives(there, 'Accueil');

    const toWriting = await way(there, 'Tab', 'a Écrire');
    assert.ok(toWriting.length <= 4, toWriting.join(', '));
    await keyboard.press('Enter');
    await heading('Écrire');
    await stopsAt(there, /^textarea Que voulez-vous dire/);
    await keyboard.type('Le fleuve ce soir');
    const tools = ['button Ajouter une image', 'button Avertissement'];
    assert.deepEqual((await way(there, 'Tab', /^input Amis/)).slice(0, -1), tools);
    await keyboard.press('ArrowDown');
    await stopsAt(there, /^input Tout le monde/);
    assert.deepEqual(await way(there, 'Tab', 'button Publier'), ['button Publier']);
    await keyboard.press('Enter');
    const post = page.getByRole('article', { name: 'Publication de alice' });
    await post.getByText('Arrivé chez 1 sur 1').waitFor();
    assert.equal((await reads(bob, 'Le fleuve ce soir')).visibility, 'public');

    // Back over all the ways of the app to the first stop of the page, which leads past them.
    const ways = await way(there, 'Shift+Tab', 'a Aller au contenu');
    assert.deepEqual(ways.slice(-3), ['a Écrire', 'a Accueil', 'a Aller au contenu']);
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    assert.ok(await isInContent(there), 'it leads past them');
    await way(there, 'Shift+Tab', /^a Messages/);
    await keyboard.press('Enter');
    await arrives(there, 'Messages');
    assert.deepEqual((await way(there, 'Tab', /^a bob/)).slice(0, -1), ['a Nouveau message']);
    await keyboard.press('Enter');
    await arrives(there, 'bob');
    await page.getByRole('region', { name: 'Messages avec bob' }).getByText('Tu viens ce soir ?').waitFor();
    assert.deepEqual(await way(there, 'Tab', 'textarea Message à bob'), [
      'button Scellé de bout en bout',
      'button Plus sur bob',
      'div Messages avec bob',
      'button Répondre à « Tu viens ce soir ? »',
      'button Joindre des images ou des fichiers',
      'textarea Message à bob',
    ]);
    await keyboard.type('Oui, à huit heures.');
    const send = ['button Enregistrer un message vocal', 'button Envoyer'];
    assert.deepEqual(await way(there, 'Tab', 'button Envoyer'), send);
    await keyboard.press('Enter');
    const line = page.getByRole('listitem').filter({ hasText: 'Oui, à huit heures.' });
    await line.getByText('Arrivé').waitFor();
    await eventually('bob has it', async () => (await read(bob, 'alice')).length === 2);
  });
});

const isAt = (stop: string, wanted: RegExp | string): boolean =>
  typeof wanted === 'string' ? stop === wanted : wanted.test(stop);

/** Presses a key until the focus is where it is wanted, and returns the stops on the way. */
async function way(there: Visit, key: 'Shift+Tab' | 'Tab', wanted: RegExp | string): Promise<string[]> {
  const stops: string[] = [];
  while (stops.length < STOPS_MAX) {
    await there.page.keyboard.press(key);
    const stop = await focused(there);
    // Past the last stop, the browser's own controls have the focus before the first one has it again.
    stops.push(stop === '' ? 'the end of the page' : stop);
    if (stop !== '') await showsRing(there, stop);
    if (isAt(stop, wanted)) return stops;
  }
  return assert.fail(`${key} does not lead to ${String(wanted)}: ${stops.join(', ')}`);
}

/** A screen opens with the focus on its heading, which is read out and needs no ring. */
async function arrives(there: Visit, title: string): Promise<void> {
  await eventually(`${title} is open`, async () => (await focused(there)) === `h1 ${title}`);
}

/** The focus is here, or comes here by itself. */
async function stopsAt(there: Visit, wanted: RegExp | string): Promise<void> {
  const stop = await eventually(`the focus is at ${String(wanted)}`, async () => {
    const at = await focused(there);
    return isAt(at, wanted) && at;
  });
  await showsRing(there, stop);
}

const isInContent = ({ page }: Visit): Promise<boolean> =>
  page.evaluate(() => document.querySelector('#content')?.contains(document.activeElement) === true);

/** The ring is drawn around what has the focus, or around the choice that it is the mark of. */
async function showsRing({ page }: Visit, stop: string): Promise<void> {
  const ring = await page.evaluate(() => {
    const element = document.activeElement?.closest('.choice') ?? document.activeElement;
    if (element === null) return undefined;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
    const focus = getComputedStyle(document.documentElement).getPropertyValue('--focus');
    const { width, height } = element.getBoundingClientRect();
    return { outlineStyle, outlineWidth, outlineColor, focus, isThere: width > 0 && height > 0 };
  });
  assert.ok(ring?.isThere === true, `${stop} is not on the screen`);
  assert.equal(`${ring.outlineStyle} ${ring.outlineWidth}`, 'solid 3px', `${stop} shows no ring`);
}
