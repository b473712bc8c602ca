// What was searched for lately, on this device only: it never leaves it, and goes with everything else at sign-out.
// A browser that refuses storage simply has none.
import { readNote, writeNote } from '../offline/database.ts';

const NOTE = 'search.recent';
const KEPT_MAX = 8;

export async function recentSearches(): Promise<readonly string[]> {
  const kept = await readNote(NOTE);
  return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
}

/** Puts a question on top. */
export async function keepSearch(question: string): Promise<void> {
  const others = (await recentSearches()).filter((one) => one !== question);
  await writeNote(NOTE, [question, ...others].slice(0, KEPT_MAX));
}

export async function forgetSearches(): Promise<void> {
  await writeNote(NOTE, []);
}
