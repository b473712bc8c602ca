// `npm run screens`: takes a picture of every screen of the app in the village (village.ts), and of each step of a first
// day, and writes them to docs/screens/. `npm run screens -- home post` takes only those. Look at them afterwards.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { openBrowser, signInOn, visit } from '../kit/index.ts';
import { addressesOf } from './addresses.ts';
import { looks, photograph } from './camera.ts';
import { NOW, openVillage } from './village.ts';

const FOLDER = 'docs/screens';
/** Some screens say that there is nothing; the answer is a failure on the console. */
const expected = [/Failed to load resource/, /WebSocket/];

const { positionals: wanted } = parseArgs({ allowPositionals: true });
await using browser = await openBrowser();
await picturesOfScreens(browser);

async function picturesOfScreens(in_: Browser): Promise<void> {
  await using village = await openVillage();
  const addresses = addressesOf(village).filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const look of looks) {
    await using there = await visit(in_, village.awa, { ...look, expected });
    const fileOf = (name: string): string =>
      `${FOLDER}/${name}-${look.language}-${look.size}-${look.theme}.webp`;
    await there.context.clock.setFixedTime(NOW);
    await there.open('/');
    await there.page.getByRole('textbox').waitFor();
    await photograph(there.page, fileOf('sign-in'));
    await signInOn(there, village.owner);
    for (const { name, at } of addresses) {
      await there.open(at);
      await there.page.locator('[data-screen-heading]').waitFor();
      await photograph(there.page, fileOf(name));
    }
  }
}
void rmSync;
