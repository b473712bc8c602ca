// A first day (Show 1), with a picture of each step: the new person's on one kind of screen, her friend's on the other,
// on nodes whose names, keys and dates are the same each time.
import { claimNode } from '#kit';
import type { Browser } from 'playwright-core';
import { signInOn, visit, type VisitOptions } from '../kit/index.ts';
import { spendFirstDay } from '../shows/first-day.ts';
import type { Album } from '../shows/hand.ts';
import { photograph, screenOf } from './camera.ts';
import { settlers } from './village.ts';

const BEGINS = '2026-06-14T09:10:00Z';
/** What browsers show as now: later than all that happens on such a day. */
const SHOWN_AS = '2026-06-14T09:12:00Z';

/** An album whose pictures are numbered in the order of the day. */
function albumIn(folder: string): Album {
  let count = 0;
  return {
    async keep(page, step) {
      count += 1;
      await photograph(page, `${folder}/${String(count).padStart(2, '0')}-${step}.webp`);
    },
  };
}

export async function picturesOfFirstDay(
  browser: Browser,
  size: 'desktop' | 'phone',
  folder: string,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await settlers());
  const [awa, lea] = [await place.settle('awa', 'fr'), await place.settle('lea', 'fr', 'Léa Moreau')];
  place.clock.set(BEGINS);
  const { claim_url: claimUrl } = await awa.running.status();
  const friend = { nodeId: lea.nodeId, house: { username: lea.name } };
  const owner = await claimNode(lea);
  const look = (of: 'desktop' | 'phone'): VisitOptions => ({
    language: 'fr',
    size: of,
    screen: screenOf[of],
    expected: [/Failed to load resource/, /WebSocket/],
  });
  const there = stack.use(await visit(browser, awa, look(size)));
  const beside = stack.use(await visit(browser, lea, look(size === 'phone' ? 'desktop' : 'phone')));
  for (const { context } of [there, beside]) await context.clock.setFixedTime(SHOWN_AS);
  await signInOn(beside, owner);
  const house = { claimPath: `/${new URL(String(claimUrl)).hash}` };
  await spendFirstDay(there, { name: 'Awa Ndiaye', house, friend, beside, album: albumIn(folder) });
}
