// Show 1, whole: from the claim link to a node that is one's own, a friend, a post with a picture, and words in both
// directions. In French, by what is on the screen and nothing else, wherever and on whatever it is opened.
import { eventually } from '#kit';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import type { Visit } from '../kit/index.ts';
import { handOn, type Effort, type Hand, type Picture } from './hand.ts';
import { accept, readsOf, wordsFrom, type Friend, type House } from './town.ts';

/** What a first day may cost. */
export const TAPS_MAX = 25;
export const PASSPHRASE = 'quatre chevaux très corrects';
const POST = 'Le fleuve ce soir, depuis le pont.';
const HELLO = 'Garde-moi une place sur la pirogue !';
/** The last words that came on such a day. */
export const ANSWER = 'Elle est à toi, devant.';

export interface FirstDay {
  /** As people know her. */
  readonly name: string;
  readonly house: House;
  readonly friend: Friend;
  readonly device: string;
}

const demo = new URL('../../../scripts/demo/', import.meta.url);
const picture = (name: string): Picture => ({
  name,
  mimeType: 'image/jpeg',
  buffer: readFileSync(new URL(name, demo)),
});

/** The rail or the bar: whichever the screen has room for. */
const waysOf = (page: Page): Locator =>
  page.getByRole('navigation', { name: 'Principal' }).filter({ visible: true });

export async function spendFirstDay(there: Visit, day: FirstDay): Promise<Effort> {
  const hand = handOn(there, day.device);
  await there.open(day.house.claimPath);
  await moveIn(there, day, hand);
  await post(there, day, hand);
  await talk(there, day, hand);
  return hand.effort();
}

async function moveIn({ page }: Visit, { name, friend, house }: FirstDay, hand: Hand): Promise<void> {
  const button = (label: string) => page.getByRole('button', { name: label, exact: true });
  const heading = (label: string) => page.getByRole('heading', { name: label, level: 1 });
  await hand.see(heading('Bienvenue'));
  await hand.step('language');
  await hand.tap(button('Continuer'));

  await hand.see(heading('Qui êtes-vous ?'));
  await hand.type(page.getByRole('textbox', { name: 'Nom' }), name);
  await hand.choose(button('Choisir une image'), picture('hills.jpg'));
  await hand.see(page.getByRole('img', { name: 'Votre image' }));
  await hand.step('name');
  await hand.tap(button('Continuer'));

  await hand.see(heading('Prenez-en possession'));
  await hand.type(page.getByRole('textbox', { name: 'Phrase de passe' }), PASSPHRASE);
  await hand.step('passphrase');
  await hand.tap(button('Il est à moi'));

  await hand.see(page.locator('.paper-words li').first());
  const paper = await page.locator('.paper-words li').allTextContents();
  await hand.step('kit');
  await hand.tap(button('Je l’ai sur papier'));
  await hand.see(heading('Vérifiez votre feuille'));
  for (const label of await page.locator('.step .field label').allTextContents()) {
    const word = paper[Number(/\d+/.exec(label)?.[0]) - 1] ?? '';
    await hand.type(page.getByRole('textbox', { name: label, exact: true }), word);
  }
  await hand.step('kit-check');
  await hand.tap(button('Elle est en lieu sûr'));

  await hand.see(heading('Trouver des gens'));
  await hand.type(page.getByRole('searchbox'), friend.house.username);
  const ask = page.getByRole('button', { name: /^Demander .+ en ami$/ });
  await hand.see(ask);
  await hand.step('people');
  await hand.tap(ask);
  await hand.see(page.getByRole('heading', { name: 'Vous avez demandé' }));
  await hand.tap(button('Vers mon nœud'));
  await hand.see(heading('Accueil'));
  await accept(friend, house.username);
}

async function post({ page }: Visit, { friend }: FirstDay, hand: Hand): Promise<void> {
  await hand.tap(waysOf(page).getByRole('link', { name: 'Écrire', exact: true }));
  await hand.see(page.getByRole('radio', { name: /Amis : 1 personne/ }));
  await hand.type(page.getByRole('textbox', { name: 'Que voulez-vous dire ?' }), POST);
  await hand.choose(page.getByRole('button', { name: 'Ajouter une image' }), picture('river.jpg'));
  const alt = page.getByRole('textbox', { name: /^Que montre/ });
  await hand.type(alt, 'Le fleuve au couchant, un pont au loin');
  await hand.step('write');
  await hand.tap(page.getByRole('button', { name: 'Publier', exact: true }));
  const card = page.getByRole('article').filter({ hasText: POST });
  await hand.see(card.getByText('Arrivé chez 1 sur 1'));
  await hand.see(card.getByRole('img', { name: 'Le fleuve au couchant' }));
  await hand.step('posted');
  await eventually('her friend has it, with its picture', async () =>
    (await readsOf(friend)).some(({ text, media }) => text === POST && media.length === 1),
  );
}

async function talk({ page }: Visit, { friend, house }: FirstDay, hand: Hand): Promise<void> {
  await hand.tap(waysOf(page).getByRole('link', { name: /^Messages/ }));
  // An empty list says it twice.
  await hand.tap(page.getByRole('link', { name: 'Nouveau message' }).first());
  const people = page.getByRole('list', { name: 'À qui' });
  await hand.tap(people.getByRole('link').first());
  const words = page.getByRole('region', { name: /^Messages avec/ });
  await hand.type(page.getByRole('textbox', { name: /^Message à/ }), HELLO);
  await hand.tap(page.getByRole('button', { name: 'Envoyer', exact: true }));
  await hand.see(words.getByRole('listitem').filter({ hasText: HELLO }).getByText('Arrivé'));
  await eventually('her friend reads it', async () => {
    const came = await wordsFrom(friend, house.username);
    return came.length > 0 && came;
  }).then((came) => assert.deepEqual(came, [HELLO]));
  await friend.post('/api/v1/messages', { who: house.username, text: ANSWER });
  await hand.see(words.getByText(ANSWER));
  await hand.step('talk');
}

/** What is there after such a day, on any device that its owner signs in on. */
export async function seesFirstDay({ page }: Visit, { friend }: FirstDay): Promise<void> {
  await page.getByText(POST).first().waitFor();
  await page.getByRole('img', { name: 'Le fleuve au couchant' }).waitFor();
  await page.goto(`/messages/${friend.nodeId}`);
  const words = page.getByRole('region', { name: /^Messages avec/ });
  await words.getByText(HELLO).waitFor();
  await words.getByText(ANSWER).waitFor();
}
