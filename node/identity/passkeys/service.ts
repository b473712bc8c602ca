// Passkeys (WebAuthn level 3): registered by a session that has proven itself, used without a user name, always with
// user verification, so that one stands for two factors. A wrong origin, name, challenge or signature, a challenge
// used twice and a counter that goes back are refused alike. @simplewebauthn/server is loaded at the first response.
import { actorToString, type AccountActor, type Actor } from '#kernel/actor.ts';
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { toBase64Url, utf8 } from '#protocol';
import { createAttempts } from '../sessions/attempts.ts';
import type { Device, Grant, Sessions } from '../sessions/service.ts';
import type { AssertionResponse, RegistrationResponse } from './api.ts';
import { createChallenges } from './challenges.ts';
import { CHALLENGE_MS, PASSKEYS_MAX, refusals, type Passkey, type Place } from './model.ts';
import * as store from './store.ts';

/** COSE numbers of EdDSA, ES256 and RS256, in the order of preference; every authenticator has one of them. */
const ALGORITHMS = [-8, -7, -257] as const;

interface Owner {
  readonly accountId: string;
  readonly username: string;
  readonly displayName: string;
}

export interface Passkeys {
  list(): Promise<Passkey[]>;
  /** For navigator.credentials.create. @throws passkey/too-many */
  registrationOptions(actor: AccountActor, place: Place): Promise<RegistrationOptions>;
  /** @throws passkey/refused, passkey/known, passkey/too-many */
  register(
    actor: AccountActor,
    response: RegistrationResponse,
    options: { readonly place: Place; readonly name: string },
  ): Promise<Passkey>;
  /** @throws passkey/not-found */
  rename(id: string, name: string): Promise<void>;
  /** @throws passkey/not-found, passkey/last */
  remove(actor: Actor, id: string): Promise<void>;
  /** For navigator.credentials.get: names no account and no passkey. */
  assertionOptions(place: Place): AssertionOptions;
  /** @throws passkey/refused, session/too-many-attempts */
  signIn(response: AssertionResponse, place: Place, device: Device): Promise<Grant>;
  /** @throws passkey/refused, session/too-many-attempts */
  stepUp(
    actor: AccountActor,
    response: AssertionResponse,
    from: { place: Place; address: string },
  ): Promise<void>;
}

export interface AssertionOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly timeout: number;
  readonly userVerification: 'required';
  readonly allowCredentials: [];
}

export type RegistrationOptions = ReturnType<typeof optionsToRegister>;

export function createPasskeys(host: {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: Events;
  readonly sessions: Sessions;
  readonly owner: () => Promise<Owner>;
  readonly nodeId: () => string;
}): Passkeys {
  const { db, clock, events, sessions } = host;
  const challenges = createChallenges(host);
  // Apart from those of the passphrase: nonsense sent here must not lock the passphrase out.
  const attempts = createAttempts(clock);
  const toRegister = (actor: AccountActor): string => `register ${actor.session_id ?? ''}`;
  const toUse = 'use';
  const tell = (tx: Tx, type: string, actor: string, told: Record<string, string> = {}): Promise<void> =>
    events.append(tx, [{ type, subject: host.nodeId(), actor, new: told }]);

  /** Checks an assertion; `effect` runs in the transaction that moves the counter. */
  const use = async <Result>(
    response: AssertionResponse,
    { place, address }: { readonly place: Place; readonly address: string },
    effect: (touch: (tx: Tx) => Promise<void>) => Promise<Result>,
  ): Promise<Result> => {
    attempts.check(address);
    attempts.failed(address);
    const refuse = async (cause?: unknown): Promise<never> => {
      await db.write((tx) => tell(tx, 'session.refused', 'anonymous', { address }));
      throw refusals.response(cause);
    };
    const passkey = await store.findPasskey(db.read, response.id);
    if (passkey === undefined || passkey.rpId !== place.rpId) return refuse();
    const counter = await verifyAssertion(response, place, {
      passkey,
      isGood: (challenge) => challenges.isGood(toUse, challenge),
    }).catch(refuse);
    if (!challenges.take(toUse, challengeOf(response))) return refuse();
    attempts.succeeded(address);
    return effect(async (tx) => {
      const now = await store.findPasskey(tx, passkey.id);
      // Removed, or used, while the signature was being checked.
      if (now?.counter !== passkey.counter) throw refusals.response();
      await store.updatePasskey(tx, passkey.id, { counter, used_at: clock.now() });
    });
  };

  return {
    list: () => store.listPasskeys(db.read),
    async registrationOptions(actor, place) {
      const known = await store.listPasskeys(db.read);
      if (known.length >= PASSKEYS_MAX) throw refusals.tooMany();
      const owner = await host.owner();
      return optionsToRegister(challenges.make(toRegister(actor)), place, { owner, known });
    },
    async register(actor, response, { place, name }) {
      const purpose = toRegister(actor);
      const made = await verifyRegistration(response, place, (challenge) =>
        challenges.isGood(purpose, challenge),
      );
      if (!challenges.take(purpose, challengeOf(response))) throw refusals.response();
      const passkey = { ...made, rpId: place.rpId, name, createdAt: clock.now(), usedAt: null };
      await db.write(async (tx) => {
        const known = await store.listPasskeys(tx);
        if (known.some(({ id }) => id === passkey.id)) throw refusals.known();
        if (known.length >= PASSKEYS_MAX) throw refusals.tooMany();
        await store.insertPasskey(tx, actor.account_id, passkey);
        await sessions.secure(tx, actor);
        await tell(tx, 'session.passkey_added', actorToString(actor), { name });
      });
      if (actor.session_id !== undefined) sessions.prove(actor.session_id);
      return passkey;
    },
    rename: (id, name) =>
      db.write(async (tx) => {
        if ((await store.findPasskey(tx, id)) === undefined) throw refusals.notFound();
        await store.updatePasskey(tx, id, { name });
      }),
    remove: (actor, id) =>
      db.write(async (tx) => {
        const known = await store.listPasskeys(tx);
        const passkey = known.find((one) => one.id === id);
        if (passkey === undefined) throw refusals.notFound();
        if (known.length === 1 && !sessions.credentials().passphrase) throw refusals.last();
        await store.deletePasskey(tx, id);
        await tell(tx, 'session.passkey_removed', actorToString(actor), { name: passkey.name });
      }),
    assertionOptions: ({ rpId }) => ({
      challenge: challenges.make(toUse),
      rpId,
      timeout: CHALLENGE_MS,
      userVerification: 'required',
      allowCredentials: [],
    }),
    signIn: (response, place, { name, address }) =>
      use(response, { place, address }, (touch) => sessions.open(name, { proven: true, within: touch })),
    stepUp: (actor, response, from) =>
      use(response, from, async (touch) => {
        await db.write(touch);
        if (actor.session_id !== undefined) sessions.prove(actor.session_id);
      }),
  };
}

function optionsToRegister(
  challenge: string,
  { rpId }: Place,
  { owner, known }: { readonly owner: Owner; readonly known: readonly Passkey[] },
) {
  return {
    challenge,
    rp: { id: rpId, name: 'O-Red' },
    user: {
      id: toBase64Url(utf8(owner.accountId)),
      name: owner.username,
      displayName: owner.displayName === '' ? owner.username : owner.displayName,
    },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ alg, type: 'public-key' as const })),
    timeout: CHALLENGE_MS,
    attestation: 'none' as const,
    // Resident, so that signing in needs no name; verified, so that a stolen key alone opens nothing.
    authenticatorSelection: {
      residentKey: 'required' as const,
      requireResidentKey: true,
      userVerification: 'required' as const,
    },
    excludeCredentials: known
      .filter((passkey) => passkey.rpId === rpId)
      .map(({ id, transports }) => ({ id, type: 'public-key' as const, transports: [...transports] })),
  };
}

/** @throws passkey/refused */
async function verifyRegistration(
  response: RegistrationResponse,
  { rpId, origin }: Place,
  isGood: (challenge: string) => boolean,
): Promise<Pick<Passkey, 'id' | 'publicKey' | 'counter' | 'transports' | 'backedUp'>> {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: isGood,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
    if (!verified) throw new Error('the attestation does not hold');
    const { credential, credentialBackedUp } = registrationInfo;
    return {
      id: credential.id,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: response.response.transports,
      backedUp: credentialBackedUp,
    };
  } catch (error) {
    throw refusals.response(error);
  }
}

/** The new counter. @throws what the library throws, for whatever is wrong */
async function verifyAssertion(
  response: AssertionResponse,
  { rpId, origin }: Place,
  known: { readonly passkey: Passkey; readonly isGood: (challenge: string) => boolean },
): Promise<number> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  const { id, publicKey, counter } = known.passkey;
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: known.isGood,
    expectedOrigin: origin,
    expectedRPID: rpId,
    credential: { id, publicKey: new Uint8Array(publicKey), counter },
    requireUserVerification: true,
  });
  if (!verified) throw new Error('the signature does not hold');
  return authenticationInfo.newCounter;
}

/** The challenge that a response names; only asked for after the response was verified. */
function challengeOf({ response }: AssertionResponse | RegistrationResponse): string {
  const data: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8'));
  return typeof data === 'object' && data !== null && 'challenge' in data ? String(data.challenge) : '';
}
