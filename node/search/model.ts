// What can be searched and how words are cut: the same cut for texts and for questions, so that the two always agree.
// Accents, case and compatibility forms do not matter; Chinese and Japanese characters count as words of their own.
import { QUERY_CHARS_MAX } from '#protocol/limits.ts';

/** Characters of one text that are indexed: beyond it a text is a book, and the first chapters are enough to find it. */
export const INDEXED_CHARS_MAX = 64 * 1024;
/** Words of a question that count: each costs a walk through the index. */
export const QUERY_WORDS_MAX = 16;
/** Characters kept of a word: longer ones are addresses or noise, and two are told apart by less. */
const WORD_CHARS_MAX = 64;
/** A shorter last word is taken as a whole word: one letter begins a large part of all words. */
const PREFIX_CHARS_MIN = 2;
/** Entries that share one millisecond before the next one's numbers are used. */
export const SLOTS_PER_MS = 2048;

/** Names one entry: `kind` is an area's word ("post", "message"), `ref` its own key. */
export interface SearchRef {
  readonly kind: string;
  readonly ref: string;
}

/** Texts merged into the index in one transaction: together they cost a fraction, and bound how long others wait. */
export const MERGE_ROWS_MAX = 128;
/** How long texts gather before they are merged, unless somebody asks first. */
export const MERGE_PAUSE_MS = 100;

export interface SearchEntry extends SearchRef {
  readonly text: string;
  /** Unix ms: results are ordered by it, newest first. */
  readonly at: number;
}

/** What an area shows for one of its entries; it gives none for what may not be seen any more. */
export interface SearchHit {
  readonly uri: string | null;
  readonly author: { readonly node_id: string; readonly username: string };
  readonly text: string;
  readonly created_at: string;
  /** Of a message: the other person of its conversation, also where the owner wrote it. */
  readonly peer?: string;
}

const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}\p{N}\p{Co}]+?(?=$|[^\p{L}\p{M}\p{N}\p{Co}]|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])/gu;

/** The words of a text, in order. */
export function wordsOf(text: string): string[] {
  const plain = text
    .slice(0, INDEXED_CHARS_MAX)
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  return [...plain.matchAll(word)].map(([found]) => found.slice(0, WORD_CHARS_MAX));
}

/** The text as the index stores it. */
export function indexedText(text: string): string {
  return wordsOf(text).join(' ');
}

/**
 * A question as an FTS5 expression: every word must occur, the last one may be the beginning of a word.
 * Returns null for a question without a word. Nothing of FTS5's own syntax passes.
 */
export function matchExpression(question: string): string | null {
  const words = wordsOf(question.slice(0, QUERY_CHARS_MAX)).slice(0, QUERY_WORDS_MAX);
  if (words.length === 0) return null;
  // wordsOf leaves no quotation mark in a word, so that quoting is complete.
  const quoted = words.map((found) => `"${found}"`);
  const last = words.at(-1) ?? '';
  const open = last.length >= PREFIX_CHARS_MIN && !/\s$/.test(question);
  return quoted.join(' AND ') + (open ? '*' : '');
}

/** The first number of a moment: numbers grow with time, so that the newest come first without sorting. */
export function firstSlot(atMs: number): number {
  const ms = Math.min(Math.max(0, Math.floor(atMs)), Math.floor(Number.MAX_SAFE_INTEGER / SLOTS_PER_MS) - 1);
  return ms * SLOTS_PER_MS;
}
