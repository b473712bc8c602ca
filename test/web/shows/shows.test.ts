// The shows of the web app: what a new person does on the first day, told by what it costs; a day without network; a
// browser that forgot everything; and the same first day where no browser trusts the connection. Each chapter goes on
// where the one before ended, as days do: the nodes are programs of their own and live through all of them. Her friend
// sits at the other kind of screen.
import { eventually } from '#kit';
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, signInOn, visit, type Visit } from '../kit/index.ts';
import { ANSWER, PASSPHRASE, seesFirstDay, spendFirstDay, TAPS_MAX, type FirstDay } from './first-day.ts';
import type { Effort } from './hand.ts';
import { befriendable, lanAddress, openTown, readsOf, wordsFrom, type Friend, type Town } from './town.ts';

/** The network is taken away in some chapters, and nodes are stopped. */
const expected = [/Failed to load resource/, /WebSocket/];
/** As wide as a phone, where the app shows its bar. */
const PHONE = { width: 412, height: 839 };
const report = (test: TestContext, { taps, fields, elapsedMs, waitedMs }: Effort): void => {
  test.diagnostic(`${taps} taps, ${fields} fields, ${elapsedMs} ms, of which ${waitedMs} ms waiting`);
  assert.ok(taps <= TAPS_MAX, `${taps} taps`);
};

describe('a new person, in French', () => {
  let browser: Browser;
  let town: Town;
  let lea: Friend;
  let leasWindow: Visit;
  before(async () => {
    [browser, town] = await Promise.all([openBrowser({ kind: 'whole' }), openTown()]);
    lea = await befriendable(await town.settle('lea', '127.0.0.1'), 'Léa Moreau');
    leasWindow = await visit(browser, lea.house, { language: 'fr', size: 'desktop', expected });
    await signInOn(leasWindow, lea);
  });
  after(async () => {
    await leasWindow[Symbol.asyncDispose]();
    await browser.close();
    await town[Symbol.asyncDispose]();
  });

  it('on a phone: is at home, has a friend, posts and talks; writes without network; and loses nothing with the browser’s data', async (test) => {
    const house = await town.settle('awa', '127.0.0.1');
    const day: FirstDay = { name: 'Awa Ndiaye', house, friend: lea, beside: leasWindow };
    await using there = await visit(browser, house, { language: 'fr', expected });
    report(test, await spendFirstDay(there, day));
    await test.test('the app opens, reads and writes without network, and all of it arrives once', () =>
      spendDayWithoutNetwork(there, { day, friend: lea, username: house.username }),
    );
    await test.test('after the browser’s data is cleared, signing in brings everything back', async () => {
      await forgetEverything(there);
      await signInOn(there, { passphrase: PASSPHRASE });
      await seesFirstDay(there, day);
    });
  });

  it('on a desktop', async (test) => {
    const house = await town.settle('tom', '127.0.0.1');
    await using there = await visit(browser, house, { language: 'fr', size: 'desktop', expected });
    await leasWindow.page.setViewportSize(PHONE);
    report(test, await spendFirstDay(there, { name: 'Tom Leblanc', house, friend: lea, beside: leasWindow }));
  });

  it('at an address of the network over plain http: refused in words, then, where the owner says so, the same day under a banner', async (test) => {
    const house = await town.settle('zoe', lanAddress());
    await using there = await visit(browser, house, {
      language: 'fr',
      // The browser says of a header that it needs an address it trusts.
      expected: [...expected, /Cross-Origin-Opener-Policy/],
    });
    const { page } = there;
    await there.open(`/welcome?step=credential${house.claimPath.slice(1)}`);
    await page.getByRole('textbox', { name: 'Phrase de passe' }).fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Il est à moi' }).click();
    await page
      .getByRole('alert')
      .getByText(/n.est pas chiffrée/)
      .waitFor();

    await house.ored('config', 'set', 'edge.insecure', 'true');
    await house.restart();
    assert.deepEqual(
      await page.evaluate(() => [isSecureContext, 'serviceWorker' in navigator, 'subtle' in crypto]),
      [false, false, false],
    );
    await there.open('/');
    const day: FirstDay = { name: 'Zoé Diop', house, friend: lea, beside: leasWindow };
    report(test, await spendFirstDay(there, day));
    await page.getByText('Cette page n’est pas chiffrée').waitFor();
  });
});

interface Company {
  readonly day: FirstDay;
  readonly friend: Friend;
  /** By which the friend knows the owner. */
  readonly username: string;
}

async function spendDayWithoutNetwork(there: Visit, { day, friend, username }: Company): Promise<void> {
  const { page } = there;
  const texts = ['Un, sans réseau', 'Deux, sans réseau', 'Trois, sans réseau'];
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await keepsCopy(there, ANSWER);
  await there.offline(true);
  // Opened anew, from nothing but what the browser keeps.
  await there.open('/');
  await page.getByRole('heading', { name: 'Accueil' }).waitFor();
  await seesFirstDay(there, day);
  for (const text of texts) {
    await page.getByRole('textbox', { name: /^Message à/ }).fill(text);
    await page.getByRole('button', { name: 'Envoyer', exact: true }).click();
    const line = page.getByRole('listitem').filter({ hasText: text });
    await line.getByText('Sur cet appareil seulement').waitFor();
  }
  await there.open('/write');
  await page
    .getByRole('textbox', { name: 'Que voulez-vous dire ?' })
    .fill('Écrit dans le train, sans réseau.');
  await page.getByRole('button', { name: 'Publier', exact: true }).click();
  await page.getByText('Sur cet appareil seulement').waitFor();

  await there.offline(false);
  await eventually('all of it is there', async () => {
    const came = await wordsFrom(friend, username);
    const posts = await readsOf(friend);
    return came.length > texts.length && posts.some(({ text }) => text.startsWith('Écrit dans le train'));
  });
  await page.getByText('Sur cet appareil seulement').waitFor({ state: 'detached' });
  assert.deepEqual((await wordsFrom(friend, username)).slice(-texts.length), texts);
  assert.equal((await wordsFrom(friend, username)).length, texts.length + 1);
  const written = (await readsOf(friend)).filter(({ text }) => text.startsWith('Écrit dans le train'));
  assert.equal(written.length, 1);
}

/** Waits until the browser's own copy holds these words: it is written when the hand rests. */
async function keepsCopy({ page }: Visit, words: string): Promise<void> {
  await eventually(`the browser keeps "${words}"`, async () => (await keptMessages(page)).includes(words));
}

/** The messages in the browser's own copy, not the previews that the list of conversations shows. */
function keptMessages(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const answerOf = <Value>(asked: IDBRequest<Value>): Promise<Value> =>
      new Promise((resolve, reject) => {
        asked.addEventListener('success', () => resolve(asked.result));
        asked.addEventListener('error', () => reject(new Error('the database does not answer')));
      });
    const kept: unknown[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const db = await answerOf(indexedDB.open(name));
      if (db.objectStoreNames.contains('cache')) {
        const copies = await answerOf(db.transaction('cache').objectStore('cache').getAll());
        for (const { state } of copies as { state: { queries: { queryKey: unknown[] }[] } }[])
          kept.push(state.queries.filter(({ queryKey: [, path] }) => path === '/api/v1/messages'));
      }
      db.close();
    }
    return JSON.stringify(kept);
  });
}

/** Everything that the browser has of this node, as its own settings clear it. */
async function forgetEverything({ page, context, node }: Visit): Promise<void> {
  await page.goto('about:blank');
  const devtools = await context.newCDPSession(page);
  await devtools.send('Storage.clearDataForOrigin', { origin: node.url, storageTypes: 'all' });
  await context.clearCookies();
}
