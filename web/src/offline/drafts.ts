// Words that were typed and not sent yet, kept in this browser under a name, whatever closes the page.
// Form state stays in the form; this is its copy, written while typing rests.
import { useEffect, useRef } from 'react';
import { session } from '../api/session.ts';
import { LAST_WORDS, ownDatabase, readAccount, type OwnDatabase } from './database.ts';

/** Rest in the typing after which a draft is kept; leaving the page keeps it at once. */
const REST_MS = 400;

interface Shelf {
  readonly db: OwnDatabase;
  readonly account: string;
}
// Kept open: a page that is being closed has no time to look anything up.
let shelf: Shelf | undefined;

async function openShelf(): Promise<Shelf> {
  const [db, account] = await Promise.all([ownDatabase(), readAccount()]);
  shelf = { db, account: String(account) };
  return shelf;
}

/** After a sign-out, perhaps in another tab, nothing of the account is written any more. */
const mayKeep = (): boolean => session.get() !== 'out';

const idOf = ({ account }: Shelf, name: string): string => `${account}/${name}`;

/** What was kept under a name, if anything. */
export async function readDraft<Value>(name: string): Promise<Value | undefined> {
  const open = await openShelf();
  await takeLastWords(open);
  const draft = await open.db.get('draft', idOf(open, name));
  return draft?.value as Value | undefined;
}

/** Keeps a draft; `null` removes it. */
export async function keepDraft(name: string, value: unknown): Promise<void> {
  if (!mayKeep()) return;
  await write(shelf ?? (await openShelf()), name, value);
}

function write(open: Shelf, name: string, value: unknown): Promise<unknown> {
  const id = idOf(open, name);
  if (value === null) return open.db.delete('draft', id);
  return open.db.put('draft', { id, account: open.account, at: Date.now(), value });
}

/** The database loses what a closing page gives it; this small store takes it at once, and the next page moves it. */
function keepLastWords(open: Shelf, name: string, value: unknown): void {
  if (value !== null) localStorage.setItem(LAST_WORDS, JSON.stringify({ id: idOf(open, name), value }));
}

async function takeLastWords(open: Shelf): Promise<void> {
  const text = localStorage.getItem(LAST_WORDS);
  if (text === null) return;
  const { id, value } = JSON.parse(text) as { id: string; value: unknown };
  await open.db.put('draft', { id, account: open.account, at: Date.now(), value });
  localStorage.removeItem(LAST_WORDS);
}

/** Keeps `value` as the draft while the component lives; `null` keeps none. */
export function useDraftKeeper(name: string, value: unknown, ready: boolean): void {
  const latest = useRef(value);
  latest.current = value;
  useEffect(() => {
    if (!ready) return undefined;
    const timer = setTimeout(() => void keepDraft(name, value), REST_MS);
    return () => clearTimeout(timer);
  }, [name, value, ready]);
  useEffect(() => {
    if (!ready) return undefined;
    const keepNow = (): void => {
      if (shelf !== undefined && mayKeep()) keepLastWords(shelf, name, latest.current);
    };
    window.addEventListener('pagehide', keepNow);
    return () => {
      window.removeEventListener('pagehide', keepNow);
      if (shelf !== undefined && mayKeep()) void write(shelf, name, latest.current);
    };
  }, [name, ready]);
}
