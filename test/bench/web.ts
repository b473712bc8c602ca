// The web app in a slow browser on a real node, with 1,000 posts: issue 3, "Speed". Medians of three rounds.
// Arguments: the parts to measure (load, touch, scroll, warm), all without any; a number: rounds.
import type { Browser } from 'playwright-core';
import type { BenchContext } from '../../scripts/bench.ts';
import { newVisit, openBrowser } from './web/browser.ts';
import { Figures } from './web/figures.ts';
import { measureLoad } from './web/load.ts';
import { measureScroll } from './web/scroll.ts';
import { startStocked, type Stocked } from './web/stock.ts';
import { measureTouch } from './web/touch.ts';
import { measureWarm } from './web/warm.ts';

const ROUNDS = 3;
const parts = { load: measureLoad, touch: measureTouch, scroll: measureScroll, warm: measureWarm };

export const name = 'web';
export const description = 'Loading, pressing, scrolling and warm start of the web app in a slow browser';

export async function run({ args }: BenchContext): Promise<void> {
  const rounds = Number(args.find((arg) => /^\d+$/.test(arg)) ?? ROUNDS);
  const wanted = Object.entries(parts).filter(
    ([part]) => args.includes(part) || !args.some((arg) => arg in parts),
  );
  await using node = await startStocked();
  const browser = await openBrowser();
  try {
    for (const [, measure] of wanted) await inRounds(browser, node, rounds, measure);
  } finally {
    await browser.close();
  }
}

async function inRounds(
  browser: Browser,
  node: Stocked,
  rounds: number,
  measure: (typeof parts)['load'],
): Promise<void> {
  const figures = new Figures();
  for (let round = 0; round < rounds; round += 1) {
    await using visit = await newVisit(browser, node);
    await measure(visit, figures);
  }
  figures.print();
}
