// axe on everything that the app shows: each screen of THE LIST and
// each dialog, menu, form and step that opens on it, on a phone and in a window, in both languages and both themes with
// every rule. What is found is said for each place; the check fails at its end when anything was.
import assert from 'node:assert/strict';
import type { LongContext } from '../../scripts/long.ts';
import { say } from '../conversations/rig.ts';
import { addressesOf } from '../web/gallery/addresses.ts';
import { openingsOf, type Opening } from '../web/gallery/openings.ts';
import { NOW, openVillage, type Village } from '../web/gallery/village.ts';
import { checkScreen, openBrowser, signInOn, visit, type Visit } from '../web/kit/index.ts';

export const name = 'axe';
export const description =
  'axe with every rule on every screen, dialog, menu and step of the app: phone and desktop, French and English, light and dark';

/** A sign-in counts as a fresh proof for five minutes: the check begins after them, so that each act asks for one. */
const LATER = new Date(Date.parse(NOW) + 10 * 60_000).toISOString();
/** Some screens say that there is nothing, there is no microphone, and the proof is not given. */
const expected = [/Failed to load resource/, /WebSocket/];

interface Done {
  /** Places that were looked at: `phone home`. */
  readonly places: readonly string[];
  readonly found: readonly string[];
}

export async function run(context: LongContext): Promise<void> {
  let done = (context.saved ?? { places: [], found: [] }) as Done;
  await using village = await openVillage();
  await say(village.lea, 'awa', 'Regarde : https://www.аpple.com/fr');
  await using browser = await openBrowser({ kind: 'whole', outlives: true });
  for (const size of ['phone', 'desktop'] as const) {
    village.clock.set(NOW);
    await using there = await visit(browser, village.awa, { language: 'en', size, expected });
    await there.open('/');
    const lookOnce = async (place: Opening): Promise<void> => {
      const key = `${size} ${place.name}`;
      if (context.signal.aborted || done.places.includes(key)) return;
      const wrong = await look(there, place);
      done = {
        places: [...done.places, key],
        found: [...done.found, ...wrong.map((line) => `${size}, ${line}`)],
      };
      context.save(done);
    };
    await lookOnce(signInPlace);
    await signInOn(there, village.owner);
    village.clock.set(LATER);
    for (const place of placesOf(village)) await lookOnce(place);
  }
  if (context.signal.aborted) return;
  context.result(`looked at ${done.places.length} places, each in 2 languages and 2 themes:`);
  context.result(done.places.join('\n'));
  for (const line of done.found) context.result(line);
  context.result(`places with a violation: ${done.found.length}`);
  assert.equal(done.found.length, 0, `${done.found.length} places are not as they should be`);
}

const signInPlace: Opening = { name: 'sign-in', at: '/', open: async (page) => page.locator('form') };

function placesOf(village: Village): Opening[] {
  const screens = addressesOf(village).map(({ name: screen, at }) => ({
    name: screen,
    at,
    open: async (page: Visit['page']) => page.locator('[data-screen-heading]'),
  }));
  return [...screens, ...openingsOf(village)];
}

/** In the page: nothing loads, or nothing in the dialog that stands over what still waits for it. */
const isAtRest = (): boolean =>
  (document.querySelector('dialog[open]') ?? document).querySelector('[aria-busy=true]') === null;

/** What is wrong in one place, or nothing. */
async function look(there: Visit, place: Opening): Promise<string[]> {
  const { page } = there;
  try {
    // The language that the check before left is another one's.
    await page.evaluate(() => localStorage.setItem('ored.language', 'en'));
    await there.open(place.at);
    await page.waitForFunction(() => document.querySelector('h1, form') !== null);
    await page.waitForFunction(isAtRest);
    const seen = await place.open(page);
    await seen.first().waitFor({ state: 'attached' });
    await page.waitForFunction(isAtRest);
    await checkScreen(there, { thorough: true });
    await place.close?.(page);
    return [];
  } catch (error) {
    return [`${place.name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
