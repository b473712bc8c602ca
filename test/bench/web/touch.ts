// What a finger waits for: from each press to the next paint, by Event Timing, its slowest event being the figure.
import type { Visit } from './browser.ts';
import type { Figures } from './figures.ts';

const AIM_MS = 100;
/** What a press sets off beyond its paint (fetching, saving) ends before the next is measured. */
const REST_MS = 700;
const TYPED = 'A line as one types it';
const KEY_MS = 60;

export async function measureTouch(visit: Visit, figures: Figures): Promise<void> {
  const { page } = visit;
  await page.goto('/');
  await page.locator('[role=feed] article').nth(3).waitFor();
  // The screens one goes to most are fetched in idle time after the first.
  await page.waitForTimeout(4 * REST_MS);
  const measure = async (what: string, press: () => Promise<unknown>): Promise<void> => {
    await visit.empty();
    await press();
    await page.waitForTimeout(REST_MS);
    const { slowestEventMs } = await visit.seen();
    figures.add({ what: `press to paint, ${what}`, unit: 'ms', below: AIM_MS }, slowestEventMs);
  };
  const post = page.locator('[role=feed] article').nth(1);
  await measure('opening the reactions', () => post.locator('.reactions button').first().tap());
  await measure('reacting', () => post.locator('.reaction-choice button').nth(1).tap());
  await measure('opening a post', () => post.locator('a[data-opens]').tap());
  await page.locator('article.whole').waitFor();
  await measure('back to the feed', () => page.locator('nav.bar a[href="/"]').tap());
  await page.locator('[role=feed] article').nth(1).waitFor();
  await measure('opening the writing screen', () => page.locator('nav.bar a[href="/write"]').tap());
  const field = page.locator('textarea').first();
  await field.tap();
  await measure('typing', () => field.pressSequentially(TYPED, { delay: KEY_MS }));
}
