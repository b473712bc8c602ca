// `npm run screens`: takes a picture of every screen of the app in the village (village.ts), and of each step of a first
// day, and writes them to docs/screens/. `npm run screens -- home post first-day` takes only those. Look at them
// afterwards: nobody else does.
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { openBrowser, signInOn, visit } from '../kit/index.ts';
import { addressesOf } from './addresses.ts';
import { looks, photograph } from './camera.ts';
import { picturesOfFirstDay } from './first-day-pictures.ts';
import { NOW, openVillage } from './village.ts';

const FOLDER = 'docs/screens';
/** Some screens say that there is nothing; the answer is a failure on the console. */
const expected = [/Failed to load resource/, /WebSocket/];

const { positionals } = parseArgs({ allowPositionals: true });
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
process.env['FONTCONFIG_FILE'] = new URL('fonts.conf', import.meta.url).pathname;
await using browser = await openBrowser({ kind: 'whole' });
await picturesOfScreens(browser);
for (const size of ['phone', 'desktop'] as const) {
  if (wanted('first-day')) await picturesOfFirstDay(browser, size, `${FOLDER}/first-day/${size}`);
}

async function picturesOfScreens(on: Browser): Promise<void> {
  await using village = await openVillage();
  const addresses = addressesOf(village).filter(({ name }) => wanted(name));
  for (const look of looks) {
    const fileOf = (name: string): string =>
      `${FOLDER}/${name}-${look.language}-${look.size}-${look.theme}.webp`;
    await using there = await visit(on, village.awa, { ...look, expected });
    const { page } = there;
    await there.context.clock.setFixedTime(NOW);
    await there.open('/');
    await page.getByRole('textbox').waitFor();
    if (wanted('sign-in')) await photograph(page, fileOf('sign-in'));
    await signInOn(there, village.owner);
    for (const { name, at, choose } of addresses) {
      await there.open(at);
      await page.locator('[data-screen-heading]').waitFor();
      if (choose !== undefined) await page.getByRole('radio', { name: choose[look.language] }).check();
      await photograph(page, fileOf(name));
    }
  }
}
