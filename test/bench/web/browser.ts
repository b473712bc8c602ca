// A browser as slow as the aims name it: Chromium on a phone's screen, its processor slowed fourfold and its network
// at 1.6 Mbit/s with 150 ms there and back, both by its own debugging protocol. Probes stand in the page before the
// app and only watch: paints, shifts, slow events, long tasks, and the first words of a post.
import {
  chromium,
  devices,
  type Browser,
  type BrowserContext,
  type CDPSession,
  type Page,
} from 'playwright-core';
import type { Stocked } from './stock.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const CPU_SLOWED = 4;
const ROUND_TRIP_MS = 150;
const DOWN_BYTES_PER_S = 1_600_000 / 8;
const UP_BYTES_PER_S = 750_000 / 8;
const STEP_MS_MAX = 20_000;

/** What the probes saw since the page began, or since they were emptied. */
export interface Seen {
  /** Largest paint outside of the feed: the shell. */
  shellPaintMs: number;
  largestPaintMs: number;
  firstPostMs: number;
  shift: number;
  /** Interactions of Event Timing: milliseconds until the next paint, steps of 8; shorter than 16 are not told. */
  slowestEventMs: number;
  /** Tasks over 50 ms on the main thread. */
  longTasksMs: number[];
}

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly cdp: CDPSession;
  seen(): Promise<Seen>;
  /** Forgets shifts, events and long tasks. */
  empty(): Promise<void>;
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A fresh profile that is signed in and has loaded nothing. */
export async function newVisit(browser: Browser, node: Stocked): Promise<Visit> {
  const context = await browser.newContext({ ...devices['Pixel 7'], locale: 'en-GB', baseURL: node.url });
  context.setDefaultTimeout(STEP_MS_MAX);
  const signedIn = await context.request.post('/api/v1/sessions', {
    data: { passphrase: node.passphrase, mode: 'cookie' },
  });
  if (!signedIn.ok()) throw new Error(`no session: ${await signedIn.text()}`);
  await context.addInitScript(watch);
  const { page, cdp } = await newSlowPage(context);
  return {
    page,
    context,
    cdp,
    seen: () => page.evaluate(() => window.seen),
    empty: () =>
      page.evaluate(() => {
        Object.assign(window.seen, { shift: 0, slowestEventMs: 0, longTasksMs: [] });
      }),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

async function newSlowPage(context: BrowserContext): Promise<{ page: Page; cdp: CDPSession }> {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: ROUND_TRIP_MS,
    downloadThroughput: DOWN_BYTES_PER_S,
    uploadThroughput: UP_BYTES_PER_S,
  });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWED });
  return { page, cdp };
}

/** The page's processor at its own speed, or slowed as at first. */
export async function setSlowed({ cdp }: Visit, slowed: boolean): Promise<void> {
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowed ? CPU_SLOWED : 1 });
}

/** Bytes that the page's scripts hold, after what nobody holds was given back. */
export async function heapBytes({ cdp }: Visit): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  return (await cdp.send('Runtime.getHeapUsage')).usedSize;
}

declare global {
  interface Window {
    seen: Seen;
  }
}
interface LargestPaint extends PerformanceEntry {
  readonly element: Element | null;
}
interface Shift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
}

/** Runs in the page, before everything else. */
function watch(): void {
  const seen: Seen = {
    shellPaintMs: Number.NaN,
    largestPaintMs: Number.NaN,
    firstPostMs: Number.NaN,
    shift: 0,
    slowestEventMs: 0,
    longTasksMs: [],
  };
  window.seen = seen;
  const observe = (type: string, take: (entry: PerformanceEntry) => void): void => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) take(entry);
    }).observe({ type, buffered: true, ...(type === 'event' ? { durationThreshold: 16 } : {}) });
  };
  observe('largest-contentful-paint', (entry) => {
    seen.largestPaintMs = entry.startTime;
    const { element } = entry as LargestPaint;
    if ((element?.closest('[role=feed]') ?? null) === null) seen.shellPaintMs = entry.startTime;
  });
  observe('layout-shift', (entry) => {
    const { value, hadRecentInput } = entry as Shift;
    if (!hadRecentInput) seen.shift += value;
  });
  observe('event', (entry) => {
    const { interactionId, duration } = entry as PerformanceEventTiming;
    if (interactionId > 0) seen.slowestEventMs = Math.max(seen.slowestEventMs, duration);
  });
  observe('longtask', ({ duration }) => seen.longTasksMs.push(duration));
  const waiting = new MutationObserver(() => {
    if (document.querySelector('[role=feed] article .rich-text') === null) return;
    waiting.disconnect();
    // When the frame with these words has been drawn.
    requestAnimationFrame(() => {
      const drawn = new MessageChannel();
      drawn.port1.addEventListener('message', () => (seen.firstPostMs = performance.now()));
      drawn.port1.start();
      drawn.port2.postMessage(undefined);
    });
  });
  waiting.observe(document, { childList: true, subtree: true });
}
