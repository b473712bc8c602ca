// Show 1, whole: from the claim link to a node that is one's own, a friend, a post with a picture, and words in both
// directions. In French, by what is on the screens of both and nothing else, wherever and on whatever they are opened.
// Only the new person's effort is counted.
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import type { Visit } from '../kit/index.ts';
import { handOn, type Album, type Effort, type Hand, type Picture } from './hand.ts';
import type { Friend, House } from './town.ts';

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
  readonly house: Pick<House, 'claimPath'>;
  readonly friend: Pick<Friend, 'nodeId'> & { readonly house: Pick<House, 'username'> };
  /** The friend's own browser, on her own node, where she is signed in. */
  readonly beside: Visit;
  readonly album?: Album;
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
  const hand = handOn(there, day.album);
  const hers = handOn(day.beside, day.album);
  await Promise.all([there.open(day.house.claimPath), day.beside.open('/')]);
  await moveIn(there, day, hand);
  await answers(day, hers);
  await post(there, hand);
  await reads(day, hers);
  await talk(there, day, hand, hers);
  return hand.effort();
}

async function moveIn({ page }: Visit, { name, friend }: FirstDay, hand: Hand): Promise<void> {
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
}

/** The friend sees who asks, and says yes. */
async function answers({ beside: { page }, name }: FirstDay, hers: Hand): Promise<void> {
  await hers.tap(waysOf(page).getByRole('link', { name: /^Personnes/ }));
  await hers.tap(page.getByRole('link', { name: 'vous demande en ami' }));
  const yes = page.getByRole('button', { name: `Accepter la demande de ${name}` });
  await hers.see(yes);
  await hers.step('friend-asked');
  await hers.tap(yes);
  await hers.see(page.getByText(`Vous et ${name} êtes amis.`));
}

async function post({ page }: Visit, hand: Hand): Promise<void> {
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
}

/** The friend finds it at home, with its picture. */
async function reads({ beside: { page }, name }: FirstDay, hers: Hand): Promise<void> {
  await hers.tap(waysOf(page).getByRole('link', { name: 'Accueil', exact: true }));
  const card = page.getByRole('article', { name: `Publication de ${name}` }).filter({ hasText: POST });
  const news = page.getByRole('button', { name: /nouvelle/ });
  await hers.see(card.or(news).first());
  if (await news.isVisible()) await hers.tap(news);
  await hers.see(card.getByRole('img', { name: 'Le fleuve au couchant' }));
  await hers.step('friend-reads');
}

async function talk({ page }: Visit, { beside, name }: FirstDay, hand: Hand, hers: Hand): Promise<void> {
  await hand.tap(waysOf(page).getByRole('link', { name: /^Messages/ }));
  // An empty list says it twice.
  await hand.tap(page.getByRole('link', { name: 'Nouveau message' }).first());
  const people = page.getByRole('list', { name: 'À qui' });
  await hand.tap(people.getByRole('link').first());
  await say(page, hand, HELLO);
  await hand.see(wordsOn(page).getByRole('listitem').filter({ hasText: HELLO }).getByText('Arrivé'));

  await hers.tap(waysOf(beside.page).getByRole('link', { name: /^Messages/ }));
  await hers.tap(beside.page.getByRole('list', { name: 'Conversations' }).getByRole('link', { name }));
  await hers.see(wordsOn(beside.page).getByText(HELLO));
  await say(beside.page, hers, ANSWER);
  await hand.see(wordsOn(page).getByText(ANSWER));
  await hand.step('talk');
  await hers.see(wordsOn(beside.page).getByRole('listitem').filter({ hasText: ANSWER }).getByText('Arrivé'));
  await hers.step('friend-talks');
}

const wordsOn = (page: Page): Locator => page.getByRole('region', { name: /^Messages avec/ });

async function say(page: Page, hand: Hand, words: string): Promise<void> {
  await hand.type(page.getByRole('textbox', { name: /^Message à/ }), words);
  await hand.tap(page.getByRole('button', { name: 'Envoyer', exact: true }));
}

/** What is there after such a day, on any device that its owner signs in on. */
export async function seesFirstDay({ page }: Visit, { friend }: FirstDay): Promise<void> {
  await page.getByText(POST).first().waitFor();
  await page.getByRole('img', { name: 'Le fleuve au couchant' }).waitFor();
  await page.goto(`/messages/${friend.nodeId}`);
  await wordsOn(page).getByText(HELLO).waitFor();
  await wordsOn(page).getByText(ANSWER).waitFor();
}
