// The whole feed, read at the speed of a hard fling: long tasks, how many posts the page holds at most, what moves, and
// the memory that stays: after the way down (which fetched every post) and after the same way once more.
import { heapBytes, type Visit } from './browser.ts';
import type { Figures } from './figures.ts';
import { POSTS } from './stock.ts';

/** Fourteen screens of a phone in a second: a hard fling. */
const FLING_PX_PER_S = 12_000;
/** The way once more is for the memory it leaves. */
const AGAIN_PX_PER_S = 30_000;
const END_MS_MAX = 60_000;
const ARTICLES_MAX = 40;
const FLAT_SHARE = 0.05;
const TASK_MS_MAX = 50;

export async function measureScroll(visit: Visit, figures: Figures): Promise<void> {
  const { page } = visit;
  await page.goto('/');
  await page.locator('[role=feed] article').nth(3).waitFor();
  await page.waitForTimeout(2_000);
  const before = await heapBytes(visit);
  await visit.empty();
  const articles = await scrollToEnd(visit, FLING_PX_PER_S);
  const { longTasksMs, shift } = await visit.seen();
  const once = await heapBytes(visit);
  await page.evaluate(() => window.scrollTo(0, 0));
  await scrollToEnd(visit, AGAIN_PX_PER_S);
  const twice = await heapBytes(visit);
  const mb = (bytes: number): number => bytes / 1e6;
  const longest = Math.max(0, ...longTasksMs);
  figures.add(
    { what: 'scrolling, longest task over 50 ms (0: none)', unit: 'ms', below: TASK_MS_MAX },
    longest,
  );
  figures.add({ what: 'scrolling, tasks over 50 ms', unit: 'tasks' }, longTasksMs.length);
  figures.add(
    { what: 'scrolling, posts in the page at most', unit: 'articles', below: ARTICLES_MAX },
    articles,
  );
  figures.add({ what: 'scrolling, layout shift', unit: 'CLS', below: 0.02, digits: 4 }, shift);
  figures.add({ what: 'heap before', unit: 'MB', digits: 1 }, mb(before));
  figures.add({ what: 'heap with all posts fetched', unit: 'MB', digits: 1 }, mb(once));
  figures.add({ what: 'heap after the same way again', unit: 'MB', digits: 1 }, mb(twice));
  figures.add(
    { what: 'growth by the same way again', unit: 'of the heap', below: FLAT_SHARE, digits: 3 },
    (twice - once) / once,
  );
}

/** Scrolls until the last post stands there; answers how many articles the page held at most. */
export function scrollToEnd({ page }: Visit, pxPerS: number): Promise<number> {
  return page.evaluate(
    ({ speed, posts, msMax }) =>
      new Promise<number>((resolve, reject) => {
        const articles = document.getElementsByTagName('article');
        const began = performance.now();
        let most = 0;
        let before = began;
        const frame = (now: number): void => {
          most = Math.max(most, articles.length);
          const last = Number(articles[articles.length - 1]?.getAttribute('aria-posinset'));
          const left = document.documentElement.scrollHeight - window.innerHeight - window.scrollY;
          if (last >= posts && left <= 1) return resolve(most);
          if (now - began > msMax) return reject(new Error(`at post ${last}, ${left} px before the end`));
          window.scrollBy(0, (Math.max(0, now - before) * speed) / 1_000);
          before = now;
          return void requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    { speed: pxPerS, posts: POSTS, msMax: END_MS_MAX },
  );
}
