// Links that open the app at one of its doors (a claim link, the QR code of another device), and the first run that was
// interrupted: who opens home before it is done is led back to it. Asked once a browser; then it is known to be done.
import type * as welcome from '#node/identity/welcome/api.ts';
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import { route } from '../api/route.ts';
import { readNote, writeNote } from '../offline/database.ts';
import { navigate, place } from '../router/location.ts';

export const readWelcome = route<typeof welcome.welcomeRoute>('GET', '/api/v1/welcome');
const DONE_NOTE = 'welcome.done';

/** Secrets in the fragment, and the screens that read them there. */
const doors: Readonly<Record<string, string>> = { '#claim=': '/welcome', '#pair=': '/pair' };

function openDoor(): void {
  const path = Object.entries(doors).find(([start]) => location.hash.startsWith(start))?.[1];
  if (path !== undefined && location.pathname !== path)
    navigate(`${path}${location.hash}`, { replace: true });
}

/** Follows such links, at the start and when one is pasted over an open page. */
export function watchDoors(): void {
  openDoor();
  window.addEventListener('hashchange', openDoor);
}

/** Leads who is at home back to a first run that is not done. A node that does not answer is asked another time. */
export async function continueFirstRun(): Promise<void> {
  if (place.get().path !== '/' || (await readNote(DONE_NOTE)) === true) return;
  try {
    const { done } = await call(readWelcome, {});
    if (done) await noteFirstRunDone();
    else if (place.get().path === '/') navigate('/welcome', { replace: true });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

export function noteFirstRunDone(): Promise<void> {
  return writeNote(DONE_NOTE, true);
}
