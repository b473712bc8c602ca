// A real browser on a real node: Debian's Chromium through playwright-core, one process for each test file.
// Every visit is watched: an error on the console, a violation of the policy, or a request to anywhere but the node
// fails the test that made it, whatever else it looks at.
import assert from 'node:assert/strict';
import {
  chromium,
  devices,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import type { Owner } from '#kit';

/** The whole browser, as people have it; and its engine without the window around it, for a third less of processor. */
const CHROMIUM = { whole: '/usr/bin/chromium', engine: '/usr/bin/chromium-headless-shell' };
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  // A microphone that beeps and a camera that shows a clock, lent without a question: there is nobody to ask.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];
/** Nothing in the app takes this long, even on two busy cores. */
const STEP_MS_MAX = 15_000;

export type Language = 'en' | 'fr';
/** Where a node answers, in this process or in one of its own. */
export interface Address {
  readonly url: string;
}

export interface VisitOptions {
  readonly language?: Language;
  /** A phone's screen and touch, or a window of 1,100 by 750. */
  readonly size?: 'phone' | 'desktop';
  readonly theme?: 'light' | 'dark';
  /** Of the screen and the system, instead of what `size` gives. */
  readonly screen?: BrowserContextOptions;
  /** Lines on the console that this test provokes on purpose. */
  readonly expected?: readonly RegExp[];
}

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly node: Address;
  readonly language: Language;
  /** What went wrong so far; the end of the visit asserts that it is nothing. */
  readonly complaints: readonly string[];
  /** Opens a path of the node. */
  open(path: string): Promise<void>;
  offline(isOffline: boolean): Promise<void>;
}

export interface BrowserOptions {
  /** `whole` for what goes through the browser itself (notices of the system, a person's whole day); default: `engine`. */
  readonly kind?: 'whole' | 'engine';
  /** It is ended by who started it only, not by a signal to the process. */
  readonly outlives?: boolean;
}

/** Starts a browser; `await using`, or close it in `after`. */
export function openBrowser({ kind = 'engine', outlives = false }: BrowserOptions = {}): Promise<Browser> {
  const signals = { handleSIGINT: !outlives, handleSIGTERM: !outlives };
  return chromium.launch({ executablePath: CHROMIUM[kind], args: FLAGS, ...signals });
}

/** A fresh profile on a node. `await using`: leaving it fails when anything complained. */
export async function visit(browser: Browser, node: Address, options: VisitOptions = {}): Promise<Visit> {
  const { language = 'en', size = 'phone', theme = 'light', expected = [] } = options;
  const screen = size === 'phone' ? devices['Pixel 7'] : { viewport: { width: 1100, height: 750 } };
  const context = await browser.newContext({
    ...screen,
    ...options.screen,
    locale: language === 'fr' ? 'fr-FR' : 'en-GB',
    colorScheme: theme,
    baseURL: node.url,
  });
  context.setDefaultTimeout(STEP_MS_MAX);
  const complaints: string[] = [];
  await watch(context, node.url, complaints, [...ALWAYS_EXPECTED, ...expected]);
  const page = await context.newPage();
  return {
    page,
    context,
    node,
    language,
    complaints,
    open: async (path) => void (await page.goto(path)),
    offline: (isOffline) => context.setOffline(isOffline),
    async [Symbol.asyncDispose]() {
      await context.close();
      assert.deepEqual(complaints, []);
    },
  };
}

/** The browser itself writes these: a session that is looked for and not there, a network that the test took away. */
const ALWAYS_EXPECTED = [/status of 401/, /ERR_INTERNET_DISCONNECTED/];

async function watch(
  context: BrowserContext,
  origin: string,
  complaints: string[],
  expected: readonly RegExp[],
): Promise<void> {
  const complain = (text: string): void => {
    if (!expected.some((pattern) => pattern.test(text))) complaints.push(text);
  };
  // Before any script of the page.
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`policy: ${violatedDirective} ${blockedURI}`);
    });
  });
  context.on('console', (message) => {
    if (message.type() === 'error') complain(`console: ${message.text()} ${message.location().url}`);
  });
  context.on('weberror', (error) => complain(`error: ${error.error().stack ?? error.error().message}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    const own = url.origin === origin || ['blob:', 'data:'].includes(url.protocol);
    if (!own) complain(`request to another origin: ${request.url()}`);
  });
}

/** Brings a session and opens home, as somebody whose first run is over; sign-in.test.ts has the way over the screen. */
export async function signInOn({ page }: Visit, { passphrase }: Pick<Owner, 'passphrase'>): Promise<void> {
  const answer = await page.request.post('/api/v1/sessions', { data: { passphrase, mode: 'cookie' } });
  if (!answer.ok()) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`);
  await Promise.all(
    ['language', 'profile', 'kit', 'people'].map((step) =>
      page.request.put(`/api/v1/welcome/${step}`, { data: { state: 'later' } }),
    ),
  );
  await page.goto('/');
  await page.locator('[data-screen-heading]').waitFor();
}
