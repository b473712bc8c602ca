// Words that were typed and not sent yet, kept in this browser under a name, whatever closes the page.
// Form state stays in the form; this is its copy, written while typing rests.
import { useEffect, useRef } from 'react';
import { ownDatabase, readNote } from './database.ts';

/** Rest in the typing after which a draft is kept; leaving the page keeps it at once. */
const REST_MS = 400;

async function draftId(name: string): Promise<string> {
  return `${String(await readNote('session.account'))}/${name}`;
}

export async function readDraft<Value>(name: string): Promise<Value | undefined> {
  const draft = await (await ownDatabase()).get('draft', await draftId(name));
  return draft?.value as Value | undefined;
}

/** Keeps a draft; `null` removes it. */
export async function keepDraft(name: string, value: unknown): Promise<void> {
  const db = await ownDatabase();
  const id = await draftId(name);
  if (value === null) await db.delete('draft', id);
  else
    await db.put('draft', { id, account: String(await readNote('session.account')), at: Date.now(), value });
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
    const keepNow = (): void => void keepDraft(name, latest.current);
    document.addEventListener('visibilitychange', keepNow);
    return () => {
      document.removeEventListener('visibilitychange', keepNow);
      keepNow();
    };
  }, [name, ready]);
}
