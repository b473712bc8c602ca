// Takes the pictures of docs/screens/: at rest, at a fixed moment, as WebP that is sharp and small.
// It refuses a picture that would be larger than a page with sixty of them can carry.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import type { VisitOptions } from '../kit/index.ts';

const BYTES_MAX = 60_000;
/** From what no eye tells from the original to what still reads well. */
const QUALITIES = [90, 82, 74, 66, 58, 50];
const HOME = 'Africa/Dakar';

const phone: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  timezoneId: HOME,
};
const desktop: BrowserContextOptions = {
  viewport: { width: 1280, height: 800 },
  deviceScaleFactor: 1,
  timezoneId: HOME,
};

/** How the gallery looks: a phone in French by day, a window in English by night. */
export const looks = [
  { language: 'fr', size: 'phone', theme: 'light', screen: phone },
  { language: 'en', size: 'desktop', theme: 'dark', screen: desktop },
] as const satisfies readonly VisitOptions[];

export const screenOf = { phone, desktop } as const;

/** Waits until nothing loads or moves, and keeps what is on the screen in `file`. */
export async function photograph(page: Page, file: string): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector('[aria-busy=true]') === null &&
      // What lies below the screen is not fetched before it is near.
      [...document.images].every(
        (image) =>
          image.complete ||
          image.getClientRects().length === 0 ||
          image.getBoundingClientRect().top > innerHeight,
      ),
  );
  await page.evaluate(() => document.fonts.ready);
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  for (const quality of QUALITIES) {
    const webp = await sharp(png).webp({ quality, smartSubsample: true, effort: 6 }).toBuffer();
    if (webp.length > BYTES_MAX) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, webp);
    return;
  }
  assert.fail(`${file}: larger than ${BYTES_MAX} bytes however it is packed`);
}
