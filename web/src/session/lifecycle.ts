// The beginning and the end of a session in this browser: whose data is kept here, what is taken up again, what is
// wiped. Another account than before starts with nothing of the last one.
import type * as identity from '#node/identity/api.ts';
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import { queryClient } from '../api/queries.ts';
import { route } from '../api/route.ts';
import { forgetRenewal, session, signOutRoute } from '../api/session.ts';
import { readNote, wipe, writeNote } from '../offline/database.ts';
import { forgetMedia } from '../shell/service-worker.ts';

const ACCOUNT_NOTE = 'session.account';
const showIdentity = route<typeof identity.showIdentityRoute>('GET', '/api/v1/identity');

/** Whose browser this is, or undefined where nobody has signed in since it was cleared. */
export async function knownAccount(): Promise<string | undefined> {
  const account = await readNote(ACCOUNT_NOTE);
  return typeof account === 'string' ? account : undefined;
}

/** After signing in: takes up what this account left here, and asks again for what is on the screen. */
export async function beginSession(account: string): Promise<void> {
  const before = await knownAccount();
  if (before !== undefined && before !== account) await wipe();
  await forgetRenewal();
  await writeNote(ACCOUNT_NOTE, account);
  session.set('in');
  await queryClient.invalidateQueries();
}

/**
 * At the start, where this browser knows nobody: the node is asked whose session its cookies are.
 * `screen`: settled when the first screen's code is here, so that it takes the place of the waiting boxes in one step.
 */
export async function askWhoseSession(screen?: Promise<unknown>): Promise<void> {
  try {
    const { node_id: nodeId } = await call(showIdentity, {});
    // A browser that refuses storage asks each time.
    await writeNote(ACCOUNT_NOTE, nodeId).catch(() => undefined);
    await screen;
    session.set('in');
  } catch (error) {
    // Without an answer nothing is known; the sign-in says so when it is tried.
    if (!(error instanceof Problem)) throw error;
    session.set('out');
  }
}

/** Ends the session here and on the node, and leaves nothing of the account in this browser. @throws Problem */
export async function endSession(): Promise<void> {
  await call(signOutRoute, {}).catch((error: unknown) => {
    // A session that the node has ended already is no reason to stay.
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  });
  queryClient.clear();
  forgetMedia();
  await wipe();
  session.set('out');
}
