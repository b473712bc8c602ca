// Opened again from what the service worker and this browser keep, without any network: until the words of the feed
// can be read. The first time (the browser then keeps the compiled scripts) and the next with the processor slowed as
// for the rest, then at its own speed.
import { setSlowed, type Visit } from './browser.ts';
import type { Figures } from './figures.ts';

const AIM_MS = 400;
/** Changes of the cache rest 1.5 s before they are written. */
const WRITTEN_MS = 3_500;

export async function measureWarm(visit: Visit, figures: Figures): Promise<void> {
  const { page, context } = visit;
  await page.goto('/');
  await page.locator('[role=feed] article').nth(3).waitFor();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.waitForTimeout(WRITTEN_MS);
  await context.setOffline(true);
  const open = async (): Promise<number> => {
    await page.goto('/', { waitUntil: 'commit' });
    await page.waitForFunction(() => !Number.isNaN(window.seen.firstPostMs), undefined, { polling: 20 });
    return (await visit.seen()).firstPostMs;
  };
  await setSlowed(visit, true);
  figures.add({ what: 'warm start without network, the first', unit: 'ms', below: AIM_MS }, await open());
  figures.add({ what: 'warm start without network, the next', unit: 'ms', below: AIM_MS }, await open());
  await setSlowed(visit, false);
  figures.add({ what: 'warm start at full speed of the processor', unit: 'ms', below: AIM_MS }, await open());
}
