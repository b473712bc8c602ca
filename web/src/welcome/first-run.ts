// What is answered during the first run and has not reached the node: kept in this browser until it has, so that a
// closed page or a node that goes away loses no answer. Claiming can be tried again safely: where the answer to the
// first try was lost, the node has its owner already, and the same passphrase signs in.
import type * as identity from '#node/identity/api.ts';
import type * as sessions from '#node/identity/sessions/api.ts';
import type * as media from '#node/media/api.ts';
import type * as welcome from '#node/identity/welcome/api.ts';
import type * as people from '#node/people/api.ts';
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import { makeStale } from '../api/queries.ts';
import { route, type OutputOf } from '../api/route.ts';
import { signInRoute } from '../api/session.ts';
import { upload } from '../api/upload.ts';
import { readNote, writeNote } from '../offline/database.ts';
import { beginSession } from '../session/lifecycle.ts';
import { currentLanguage } from '../text/language.ts';
import type { Step } from './steps.ts';

export const readIdentity = route<typeof identity.showIdentityRoute>('GET', '/api/v1/identity');
export const showKit = route<typeof identity.showKitRoute>('POST', '/api/v1/identity/kit');
export const confirmKit = route<typeof identity.confirmKitRoute>('POST', '/api/v1/identity/kit/confirm');
export const readProfile = route<typeof people.readProfile>('GET', '/api/v1/profile');
export const findPeople = route<typeof people.findPeople>('GET', '/api/v1/people');
export const addFriend = route<typeof people.addFriend>('POST', '/api/v1/connections');
const claim = route<typeof sessions.claimRoute>('POST', '/api/v1/claim');
const noteStep = route<typeof welcome.welcomeStepRoute>('PUT', '/api/v1/welcome/:step');
const changeProfile = route<typeof people.changeProfile>('PATCH', '/api/v1/profile');
const uploadMedia = route<typeof media.uploadMedia>('POST', '/api/v1/media');

export type Kit = OutputOf<typeof showKit>;
export type FoundPerson = OutputOf<typeof findPeople>['items'][number];

/** Answers on their way: the name as typed, and the portrait as it was cut. */
export interface Answers {
  readonly name: string;
  readonly picture: Blob | null;
}

const NOTE = 'welcome.answers';
const CLAIMED_CODE = 'session/claimed';

export const noAnswers: Answers = { name: '', picture: null };

export async function readAnswers(): Promise<Answers> {
  return ((await readNote(NOTE)) as Answers | undefined) ?? noAnswers;
}

export function keepAnswers(answers: Answers): Promise<void> {
  return writeNote(NOTE, answers);
}

/** Makes this browser's person the owner; without a passphrase until there is a passkey. @throws Problem */
export async function becomeOwner(token: string, passphrase: string | undefined): Promise<void> {
  const answers = await readAnswers();
  const body = { token, ...(passphrase === undefined ? {} : { passphrase }) };
  const grant = await call(claim, { body }, { anonymous: true }).catch(async (error: unknown) => {
    const isTaken = error instanceof Problem && error.code === CLAIMED_CODE;
    if (!isTaken || passphrase === undefined) throw error;
    return call(signInRoute, { body: { passphrase } }, { anonymous: true });
  });
  await beginSession(grant.account_id);
  // Another account may have used this browser before, and taken all notes with it.
  await keepAnswers(answers);
}

/** Tells the node what was answered before there was an owner. @throws Problem; what arrived is not sent again */
export async function sendAnswers(): Promise<void> {
  const { name, picture } = await readAnswers();
  if (picture !== null) {
    const { id } = await upload(uploadMedia, picture, { query: { name: 'portrait.jpg' } });
    await call(changeProfile, { body: { avatar: id } });
    await keepAnswers({ name, picture: null });
  }
  const display = name.trim();
  await call(changeProfile, {
    body: { language: currentLanguage(), ...(display === '' ? {} : { display_name: display }) },
  });
  await call(noteStep, { params: { step: 'language' }, body: { language: currentLanguage() } });
  await leaveStep('profile', 'done');
  await writeNote(NOTE, null);
  await makeStale('profile', 'people');
}

/** Tells the node that a step is over, or left for later. @throws Problem */
export async function leaveStep(step: Step, state: 'done' | 'later'): Promise<void> {
  await call(noteStep, { params: { step }, body: { state } });
  await makeStale('welcome');
}
