// Who the app is on this device: unknown until the node said so, then signed in or out.
// A session is renewed from one place at a time, also across tabs: the node ends a session whose refresh token is
// used twice. What was typed stays: an ended session covers the screen and does not take it away.
import type * as sessions from '#node/identity/sessions/api.ts';
import { exclusive } from '../offline/exclusive.ts';
import { readNote, writeNote } from '../offline/database.ts';
import { currentLanguage } from '../text/language.ts';
import { offlineProblem } from './problem.ts';
import { route } from './route.ts';
import { signal } from './signal.ts';

export const signInRoute = route<typeof sessions.signInRoute>('POST', '/api/v1/sessions');
export const signOutRoute = route<typeof sessions.signOutRoute>('POST', '/api/v1/sign-out');
const refreshRoute = route<typeof sessions.refreshRoute>('POST', '/api/v1/sessions/refresh');

/** `ended`: it stood in this page's life, so a screen with the person's words may lie under the sign-in. */
export type SessionState = 'unknown' | 'in' | 'out' | 'ended';

export const session = signal<SessionState>('unknown');

/** A renewal by another tab counts as one's own when it is this young. */
const RENEWED_MS_MAX = 30_000;
const RENEWED_NOTE = 'session.renewed-at';

let renewing: Promise<boolean> | undefined;

/** Renews the session once for all who ask at the same time. False: there is none to renew. @throws Problem offline */
export function renewSession(): Promise<boolean> {
  renewing ??= exclusive('ored.session', renewUnlessJustDone).finally(() => (renewing = undefined));
  return renewing;
}

export function sessionEnded(): void {
  session.set(session.get() === 'in' || session.get() === 'ended' ? 'ended' : 'out');
}

async function renewUnlessJustDone(): Promise<boolean> {
  // A browser that refuses storage cannot tell its tabs; one tab goes on all the same.
  const at = await readNote(RENEWED_NOTE).catch(() => undefined);
  if (typeof at === 'number' && Math.abs(Date.now() - at) < RENEWED_MS_MAX) return true;
  const answer = await fetch(refreshRoute.path, {
    method: refreshRoute.method,
    headers: { 'content-type': 'application/json', 'accept-language': currentLanguage() },
    body: '{}',
    credentials: 'same-origin',
    cache: 'no-store',
  }).catch((error: unknown) => {
    throw offlineProblem(error);
  });
  if (answer.ok) {
    await writeNote(RENEWED_NOTE, Date.now()).catch(() => undefined);
    return true;
  }
  // A node that is starting has not ended anything.
  if (answer.status >= 500 || answer.status === 429) throw offlineProblem(answer.status);
  return false;
}

/** After signing in, a renewal of the session before must not count for this one. */
export function forgetRenewal(): Promise<void> {
  return writeNote(RENEWED_NOTE, null).catch(() => undefined);
}
