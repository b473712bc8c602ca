// What every screen must pass: axe without a violation (WCAG 2.2 AA) in both languages and both themes, nothing wider
// than the screen, and one heading that carries the page's name.
import assert from 'node:assert/strict';
import type { AxeResults, RunOptions } from 'axe-core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Language, Visit } from './browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules that look at colours: a theme changes nothing else, names and order are the same in both. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

export interface CheckOptions {
  /** Every rule in the dark theme too, not only those that look at colours. */
  readonly thorough?: boolean;
}

/** Checks the screen that is open, in both languages and themes, without loading it anew. */
export async function checkScreen(visited: Visit, { thorough = false }: CheckOptions = {}): Promise<void> {
  const { language: before } = visited;
  const others = (['fr', 'en'] as const).filter((language) => language !== before);
  for (const language of [...others, before]) {
    await switchLanguage(visited, language);
    await switchTheme(visited, 'dark');
    await checkAccess(visited, language, thorough ? everyRule : { type: 'rule', values: COLOUR_RULES });
    await switchTheme(visited, 'light');
    await checkAccess(visited, language, everyRule);
    await checkShape(visited);
  }
}

async function switchTheme({ page }: Visit, colorScheme: 'dark' | 'light'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  // Colours on their way from one theme to the other are in neither.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
}

interface Axe {
  run(root: Document, options: RunOptions): Promise<AxeResults>;
}
interface Rules {
  readonly type: 'rule' | 'tag';
  readonly values: string[];
}
const everyRule: Rules = { type: 'tag', values: TAGS };

/** Runs axe's rules in the page. It is brought once for each document: reading it costs more than most runs. */
async function checkAccess({ page }: Visit, language: Language, runOnly: Rules): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const { violations, looked } = await page.evaluate(async (rules) => {
    const { axe } = window as unknown as { readonly axe: Axe };
    const results = await axe.run(document, {
      runOnly: rules,
      resultTypes: ['violations'],
      preload: false,
    });
    const violations = results.violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary ?? ''}`),
    );
    const looked = [results.passes, results.incomplete, results.violations].flat().length;
    return { violations, looked };
  }, runOnly);
  assert.ok(looked > 0, `axe looked at nothing at ${page.url()}`);
  assert.deepEqual(violations, [], `${page.url()} in ${language}, ${runOnly.values.join(', ')}`);
}

/** As when it is chosen in another tab of the same browser. */
async function switchLanguage({ page }: Visit, language: Language): Promise<void> {
  await page.evaluate((newValue) => {
    localStorage.setItem('ored.language', newValue);
    dispatchEvent(new StorageEvent('storage', { key: 'ored.language', newValue }));
  }, language);
  await page.locator(`html[lang=${language}]`).waitFor({ state: 'attached' });
}

async function checkShape({ page }: Visit): Promise<void> {
  const { wide, headings, title, heading } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: document.querySelectorAll('h1').length,
    heading: document.querySelector('h1')?.textContent ?? '',
    title: document.title,
  }));
  assert.ok(wide <= 0, `the page is ${wide} px wider than the screen`);
  assert.equal(headings, 1, 'a screen has one first heading');
  assert.equal(title, `${heading} · O-Red`);
}

/** What holds the focus, as a person with a screen reader hears it: role and name. */
export function focused({ page }: Visit): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return '';
    const label =
      element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent;
    return `${element.tagName.toLowerCase()} ${(label ?? element.textContent ?? '').trim()}`;
  });
}
