// The first load of a browser that has nothing of the app: when the shell is painted, when the first post can be
// read, and how much of the page moves on the way.
import type { Visit } from './browser.ts';
import type { Figures } from './figures.ts';

/** After the first post, what is late (pictures, counts) may still move the page. */
const AFTERWARDS_MS = 1_500;

export async function measureLoad(visit: Visit, figures: Figures): Promise<void> {
  const { page } = visit;
  await page.goto('/', { waitUntil: 'commit' });
  await page.waitForFunction(() => !Number.isNaN(window.seen.firstPostMs), undefined, { polling: 50 });
  await page.waitForTimeout(AFTERWARDS_MS);
  const { shellPaintMs, firstPostMs, largestPaintMs, shift } = await visit.seen();
  figures.add({ what: 'cold load, largest paint of the shell', unit: 'ms', below: 1_500 }, shellPaintMs);
  figures.add({ what: 'cold load, first words of a post', unit: 'ms' }, firstPostMs);
  figures.add({ what: 'cold load, largest paint at the end', unit: 'ms' }, largestPaintMs);
  figures.add({ what: 'cold load, layout shift', unit: 'CLS', below: 0.02, digits: 4 }, shift);
}
