// Everything that opens over or in a screen of the village: dialogs, menus, forms, the media viewer, steps. Each says
// where it is and how a person opens it, by the English words on the screen, and returns what is there then.
import type { Locator, Page } from 'playwright-core';
import { addressesOf } from './addresses.ts';
import type { Village } from './village.ts';

export interface Opening {
  readonly name: string;
  readonly at: string;
  open(page: Page): Promise<Locator>;
  /** Puts back what opening it changed. */
  close?(page: Page): Promise<void>;
}

type Row = readonly [at: string, what: string, open: Opening['open'], close?: (page: Page) => Promise<void>];

/** Places that have no screen of their own. */
function placesOf(village: Village): Readonly<Record<string, string>> {
  const screens = Object.fromEntries(addressesOf(village).map(({ name, at }) => [name, at]));
  return {
    ...screens,
    'own-page': `/people/${village.awa.nodeId}`,
    'conversation-away': `/messages/${village.tom.nodeId}`,
    'request-of-stranger': `/messages/${village.ines.nodeId}`,
    'people-found': `/people/add?q=${encodeURIComponent(village.kofi.url)}`,
    'post-changed': `/post/${village.changed.replace('orf://', '').replace('/post/', '/')}`,
    'welcome-language': '/welcome?step=language',
    'welcome-profile': '/welcome?step=profile',
    'welcome-credential': '/welcome?step=credential',
    'welcome-kit': '/welcome?step=kit',
  };
}

const button = (page: Page, name: RegExp | string): Locator =>
  page.getByRole('button', { name, exact: true }).first();

async function press(page: Page, name: RegExp | string): Promise<Locator> {
  await button(page, name).click();
  return page.getByRole('dialog');
}

/** Opens a menu by its button, then what one of its entries opens, where one is named. */
async function choose(page: Page, menu: RegExp, entry?: string): Promise<Locator> {
  await button(page, menu).click();
  const list = page.getByRole('menu');
  if (entry === undefined) return list;
  await list.getByRole('menuitem', { name: entry }).click();
  return page.getByRole('dialog');
}

async function view(page: Page, name: string): Promise<Locator> {
  await page.getByRole('radio', { name }).check();
  return page.getByRole('radio', { name, checked: true });
}

const LEA = /^More about Léa/;
const AWAS_POST = /^More about the post by Awa/;
const heading = (page: Page): Locator => page.locator('[data-screen-heading]');

const rows: readonly Row[] = [
  ['people', 'requests', (page) => view(page, 'Requests')],
  ['people', 'readers', (page) => view(page, 'Readers')],
  ['people', 'blocked', (page) => view(page, 'Blocked')],
  ['person', 'menu', (page) => choose(page, LEA)],
  ['person', 'report', (page) => choose(page, LEA, 'Report')],
  ['person', 'end the friendship', (page) => choose(page, LEA, 'End the friendship')],
  ['person', 'block', (page) => choose(page, LEA, 'Block')],
  [
    'person',
    'comparing',
    async (page) => {
      await page.getByText('Is it really Léa Moreau?').click();
      return page.getByRole('list', { name: 'Words of the fingerprint' });
    },
  ],
  [
    'people-add',
    'scan a code',
    async (page) => {
      // Chromium reads codes nowhere but on phones; here it says of itself what it would there.
      await page.addInitScript(() =>
        Object.assign(window, {
          BarcodeDetector: class {
            detect = () => Promise.resolve([]);
          },
        }),
      );
      await page.reload();
      return press(page, 'Scan a code');
    },
  ],
  ['people-found', 'ask a stranger', (page) => press(page, /^Ask .+ to be your friend$/)],
  [
    'invites',
    'the code',
    async (page) => {
      await button(page, 'Show the code').click();
      return page.getByRole('img', { name: /^QR code of the invitation/ });
    },
  ],
  ['invites', 'take it back', (page) => press(page, /^Take back the invitation/)],
  ['conversation', 'menu', (page) => choose(page, LEA)],
  ['conversation', 'report', (page) => choose(page, LEA, 'Report')],
  ['conversation', 'block', (page) => choose(page, LEA, 'Block')],
  ['conversation', 'how it is protected', (page) => press(page, /^Sealed end to end/)],
  [
    'conversation',
    'no microphone',
    async (page) => {
      await page.evaluate(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
      });
      return press(page, 'Record a voice note');
    },
  ],
  ['conversation', 'a link that looks like another', (page) => pressLink(page)],
  [
    'conversation-away',
    'why it has not arrived',
    async (page) => {
      await page.locator('.arrival').last().click();
      return page.getByRole('dialog');
    },
  ],
  ['request-of-stranger', 'as it is', async (page) => heading(page)],
  ['own-page', 'as it is', async (page) => heading(page)],
  ['home', 'menu of a post', (page) => choose(page, AWAS_POST)],
  [
    'home',
    'reactions',
    async (page) => {
      await button(page, 'React').click();
      return page.getByRole('group', { name: 'Reactions' });
    },
  ],
  ['post', 'why can’t they see this', (page) => choose(page, AWAS_POST, 'Why can’t they see this?')],
  [
    'post',
    'changing it',
    async (page) => {
      await choose(page, AWAS_POST, 'Change');
      return page.getByRole('textbox').first();
    },
  ],
  [
    'post',
    'media viewer',
    async (page) => {
      await page.locator('button.tile').first().click();
      return page.getByRole('dialog');
    },
  ],
  ['post-changed', 'what it said before', (page) => choose(page, AWAS_POST, 'What it said before')],
  ['import', 'take it all away', (page) => press(page, 'Take it all away again')],
  [
    'profile',
    'the square of a picture',
    async (page) => {
      await page.locator('input[type=file]').setInputFiles('scripts/demo/cloth.jpg');
      return page.getByRole('dialog');
    },
  ],
  ['settings', 'sign out', (page) => press(page, 'Sign out')],
  ['security', 'menu of a device', (page) => choose(page, /^More about L’ordinateur/)],
  ['security', 'name of a device', (page) => choose(page, /^More about L’ordinateur/, 'Rename')],
  ['security', 'is it really you', (page) => press(page, 'Sign out all others')],
  ['security-device', 'is it really you', (page) => press(page, 'Show the code')],
  ['security-second-factor', 'is it really you', (page) => press(page, 'Set it up')],
  ['welcome-language', 'as it is', async (page) => heading(page)],
  ['welcome-profile', 'as it is', async (page) => heading(page)],
  ['welcome-credential', 'as it is', async (page) => heading(page)],
  ['welcome-kit', 'is it really you', async (page) => page.getByRole('dialog')],
  [
    'home',
    'a deletion that can be taken back',
    async (page) => {
      await button(page, AWAS_POST).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      return button(page, 'Undo');
    },
    async (page) => {
      // The check leaves the screen in English, in which it was begun.
      await button(page, 'Undo').click();
      await page.getByText('Saint-Louis').first().waitFor();
    },
  ],
];

async function pressLink(page: Page): Promise<Locator> {
  await page.getByRole('region', { name: 'Messages with Léa Moreau' }).getByRole('link').last().click();
  return page.getByRole('dialog');
}

export function openingsOf(village: Village): readonly Opening[] {
  const places = placesOf(village);
  return rows.map(([place, what, open, close]) => {
    const opening = { name: `${place}: ${what}`, at: places[place] ?? '/', open };
    return close === undefined ? opening : { ...opening, close };
  });
}
