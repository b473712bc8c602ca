// What every screen must pass: axe without a violation (WCAG 2.2 AA) in both languages and both themes, nothing wider
// than the screen, and one heading that carries the page's name.
import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';
import type { Language, Visit } from './browser.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
type Theme = 'dark' | 'light';
const THEMES: readonly Theme[] = ['dark', 'light'];

/** Checks the screen that is open, in both languages and themes, without loading it anew. */
export async function checkScreen(
  visited: Visit,
  /** The themes in which the visit's other language is looked at: colours are the same in both. */
  { otherThemes = THEMES }: { readonly otherThemes?: readonly Theme[] } = {},
): Promise<void> {
  const { page, language: before } = visited;
  const others = (['fr', 'en'] as const).filter((language) => language !== before);
  for (const language of [...others, before]) {
    await switchLanguage(visited, language);
    for (const colorScheme of language === before ? THEMES : otherThemes) {
      await page.emulateMedia({ colorScheme });
      // Colours on their way from one theme to the other are in neither.
      await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).setLegacyMode(true).analyze();
      const found = violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary ?? ''}`),
      );
      assert.deepEqual(found, [], `${page.url()} in ${language}, ${colorScheme}`);
    }
    await checkShape(visited);
  }
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
