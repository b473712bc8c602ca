// The beginning and the end of a session in this browser: whose data is kept here, what is taken up again, what is
// wiped. Another account than before starts with nothing of the last one.
import type * as identity from '#node/identity/api.ts';
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import { queryClient } from '../api/queries.ts';
import { route } from '../api/route.ts';
import { forgetRenewal, session, signOutRoute } from '../api/session.ts';
import { readAccount, readNote, wipe, writeAccount, writeNote } from '../offline/database.ts';

/** That the session was ended elsewhere: what this account left here is shown to nobody until it signs in again. */
const OVER_NOTE = 'session.over';
/** What other tabs of this browser are told: that a session has begun, or that nothing of it may be left. */
const tabs = new BroadcastChannel('ored.session');
const showIdentity = route<typeof identity.showIdentityRoute>('GET', '/api/v1/identity');

function tell(word: 'in' | 'out'): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
  tabs.postMessage(word);
}

/** After signing in: takes up what this account left here, and asks again for what is on the screen. */
export async function beginSession(account: string): Promise<void> {
  const before = await readAccount().catch(() => undefined);
  if (before !== undefined && before !== account) {
    await forgetCopies();
    await wipe();
  }
  await forgetRenewal();
  // A browser that refuses storage keeps no copy to say whose it is.
  await writeAccount(account).catch(() => undefined);
  await writeNote(OVER_NOTE, null).catch(() => undefined);
  session.set('in');
  tell('in');
  await queryClient.invalidateQueries();
}

/** Whose copy may be shown at once; undefined where nobody has signed in here, or the last session was ended elsewhere. */
export async function knownAccount(): Promise<string | undefined> {
  const [account, over] = await Promise.all([readAccount(), readNote(OVER_NOTE)]);
  return over === true ? undefined : account;
}

/**
 * At the start, where this browser shows nobody's copy: the node is asked whose session its cookies are.
 * `screen`: settled when the first screen's code is here, so that it takes the place of the waiting boxes in one step.
 */
export async function askWhoseSession(screen?: Promise<unknown>): Promise<void> {
  try {
    const { account_id: account } = await call(showIdentity, {});
    // A browser that refuses storage asks each time.
    await writeAccount(account).catch(() => undefined);
    await screen;
    session.set('in');
  } catch (error) {
    // Without an answer nothing is known; the sign-in says so when it is tried.
    if (!(error instanceof Problem)) throw error;
    session.set('out');
  }
}

/** From now on, a device that is signed out from another one, perhaps because it was lost, keeps no copy of the node. */
export function watchSessionEnd(): void {
  session.subscribe(() => {
    if (session.get() === 'ended') void leaveNoCopy();
  });
  tabs.onmessage = ({ data }) => {
    if (data === 'out') {
      queryClient.clear();
      session.set('out');
    } else if (session.get() === 'out') {
      location.reload();
    } else if (session.get() === 'ended') {
      // The words under the sign-in stay where they are.
      session.set('in');
      void queryClient.invalidateQueries();
    }
  };
}

async function leaveNoCopy(): Promise<void> {
  await writeNote(OVER_NOTE, true);
  await forgetCopies();
}

// Not in the first script: most visits end nothing.
const forgetCopies = async (): Promise<void> => (await import('./forget.ts')).forgetCopies();

/** Ends the session here and on the node, and leaves nothing of the account in this browser. @throws Problem */
export async function endSession(): Promise<void> {
  await call(signOutRoute, {}).catch((error: unknown) => {
    // A session that the node has ended already is no reason to stay.
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  });
  // Before the wiping, so that no tab writes after it.
  tell('out');
  queryClient.clear();
  await forgetCopies();
  await wipe();
  session.set('out');
}
