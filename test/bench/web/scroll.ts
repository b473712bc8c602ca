// The whole feed, flung through as hard as a finger can: long tasks, how many posts the page holds at most, whether one
// stands in the middle of the screen each time it is looked at, what moves, and the memory that stays: after the way
// down (which fetched every post) and after the same way once more.
import { heapBytes, type Visit } from './browser.ts';
import type { Figures } from './figures.ts';
import { POSTS } from './stock.ts';

interface Fling {
  readonly pxPerS: number;
  /** What is left of the speed after each millisecond. */
  readonly kept: number;
  readonly eachMs: number;
}
/**
 * 8,000 px/s: the most that Android lets a finger give (ViewConfiguration, maximum fling velocity); 0.998 is what iOS
 * keeps each millisecond (UIScrollView.DecelerationRate.normal). The mean is 5,060 px/s, six screens of a phone.
 */
const HARD: Fling = { pxPerS: 8_000, kept: 0.998, eachMs: 500 };
/** The way once more is for the memory it leaves. */
const AGAIN: Fling = { pxPerS: 30_000, kept: 1, eachMs: 500 };
/** A frame that was late moves no further than this: a finger's fling does not make up for it either. */
const FRAME_MS_MAX = 100;
const END_MS_MAX = 80_000;
const ARTICLES_MAX = 40;
const FLAT_SHARE = 0.05;
const TASK_MS_MAX = 50;
/** Looking makes the browser lay out before its time: not in each frame. */
const LOOK_EACH_FRAMES = 6;

export async function measureScroll(visit: Visit, figures: Figures): Promise<void> {
  const { page } = visit;
  await page.goto('/');
  await page.locator('[role=feed] article').nth(3).waitFor();
  await page.waitForTimeout(2_000);
  const before = await heapBytes(visit);
  await visit.empty();
  const { articles, blanks, looks, pxPerS } = await scrollToEnd(visit, HARD);
  const { longTasksMs, shift } = await visit.seen();
  const once = await heapBytes(visit);
  await page.evaluate(() => window.scrollTo(0, 0));
  await scrollToEnd(visit, AGAIN);
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
  figures.add({ what: 'scrolling, speed reached', unit: 'px/s' }, pxPerS);
  figures.add({ what: 'scrolling, frames seen without a post', unit: 'of 1', digits: 4 }, blanks / looks);
  figures.add({ what: 'scrolling, layout shift', unit: 'CLS', below: 0.02, digits: 4 }, shift);
  figures.add({ what: 'heap before', unit: 'MB', digits: 1 }, mb(before));
  figures.add({ what: 'heap with all posts fetched', unit: 'MB', digits: 1 }, mb(once));
  figures.add({ what: 'heap after the same way again', unit: 'MB', digits: 1 }, mb(twice));
  figures.add(
    { what: 'growth by the same way again', unit: 'of the heap', below: FLAT_SHARE, digits: 3 },
    (twice - once) / once,
  );
}

interface Scrolled {
  /** Articles that the page held at most. */
  readonly articles: number;
  /** Frames, of those looked at, without a post in the middle of the screen. */
  readonly blanks: number;
  readonly looks: number;
  readonly pxPerS: number;
}

/** Scrolls until the last post stands there. */
function scrollToEnd({ page }: Visit, fling: Fling): Promise<Scrolled> {
  return page.evaluate(
    ({ fling, posts, msMax, frameMsMax, lookEach }) =>
      new Promise<Scrolled>((resolve, reject) => {
        const articles = document.getElementsByTagName('article');
        const isAtEnd = (): boolean =>
          document.documentElement.scrollHeight - window.innerHeight - window.scrollY <= 1;
        const isBlank = (): boolean => {
          const middle = document.elementFromPoint(window.innerWidth / 2, window.innerHeight / 2);
          return (middle?.closest('article') ?? null) === null;
        };
        const began = performance.now();
        let most = 0;
        let frames = 0;
        let blanks = 0;
        let looks = 0;
        let before = began;
        const frame = (now: number): void => {
          most = Math.max(most, articles.length);
          frames += 1;
          if (frames % lookEach === 0) {
            looks += 1;
            if (isBlank()) blanks += 1;
          }
          const last = Number(articles[articles.length - 1]?.getAttribute('aria-posinset'));
          // The height is read when the last post stands there: reading makes the browser lay out before its time.
          if (last >= posts && isAtEnd()) {
            const pxPerS = (1_000 * window.scrollY) / (now - began);
            return resolve({ articles: most, blanks, looks: Math.max(1, looks), pxPerS });
          }
          if (now - began > msMax) return reject(new Error(`still at post ${last}`));
          const speed = fling.pxPerS * fling.kept ** ((now - began) % fling.eachMs);
          window.scrollBy(0, (Math.min(frameMsMax, Math.max(0, now - before)) * speed) / 1_000);
          before = now;
          return void requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    { fling, posts: POSTS, msMax: END_MS_MAX, frameMsMax: FRAME_MS_MAX, lookEach: LOOK_EACH_FRAMES },
  );
}
