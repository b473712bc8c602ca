// Passkeys in the browser (WebAuthn): the node's options in JSON, the browser's ceremony, its answer in JSON (W3C Web
// Authentication Level 3, the JSON forms). Written by hand where browsers lack the conversions of level 3.
// Refuses nothing itself: the node verifies. A person who closes the ceremony gives `undefined`.
import type * as passkeys from '#node/identity/passkeys/api.ts';
import { call } from '../api/call.ts';
import { route, type InputOf, type OutputOf } from '../api/route.ts';

const passkeyOptions = route<typeof passkeys.passkeyOptions>('POST', '/api/v1/passkeys/options');
const addPasskey = route<typeof passkeys.addPasskey>('POST', '/api/v1/passkeys');
const passkeyChallenge = route<typeof passkeys.passkeyChallenge>('POST', '/api/v1/passkeys/challenge');
const signInByPasskey = route<typeof passkeys.signInByPasskey>('POST', '/api/v1/sessions/passkey');
const stepUpByPasskey = route<typeof passkeys.stepUpByPasskey>('POST', '/api/v1/sessions/step-up/passkey');

type Registration = InputOf<typeof addPasskey>['body']['response'];
type Assertion = InputOf<typeof signInByPasskey>['body']['response'];
type Grant = OutputOf<typeof signInByPasskey>;

/** What this browser can do here; passkeys exist in secure contexts only. */
export const passkeysExist = (): boolean => window.isSecureContext && 'PublicKeyCredential' in window;

interface Listed {
  readonly id: string;
  readonly type: 'public-key';
  readonly transports: string[];
}

/** Makes a passkey on this device; `undefined`: the person went away, or has one here already. */
async function create(options: OutputOf<typeof passkeyOptions>): Promise<Registration | undefined> {
  const made = await ceremony(
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: fromBase64Url(options.challenge),
        user: { ...options.user, id: fromBase64Url(options.user.id) },
        excludeCredentials: options.excludeCredentials.map(listed),
      },
    }),
  );
  if (made === undefined) return undefined;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    ...shared(made),
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      attestationObject: toBase64Url(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

/** Proves the person by a passkey; `undefined`: they went away. */
async function use(options: OutputOf<typeof passkeyChallenge>): Promise<Assertion | undefined> {
  const found = await ceremony(
    navigator.credentials.get({
      publicKey: { ...options, challenge: fromBase64Url(options.challenge), allowCredentials: [] },
    }),
  );
  if (found === undefined) return undefined;
  const response = found.response as AuthenticatorAssertionResponse;
  return {
    ...shared(found),
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      authenticatorData: toBase64Url(response.authenticatorData),
      signature: toBase64Url(response.signature),
      ...(response.userHandle === null ? {} : { userHandle: toBase64Url(response.userHandle) }),
    },
  };
}

/** Adds a passkey of this device. False: the person went away. @throws Problem */
export async function addPasskeyHere(name?: string): Promise<boolean> {
  const response = await create(await call(passkeyOptions, {}));
  if (response === undefined) return false;
  await call(addPasskey, { body: { response, ...(name === undefined ? {} : { name }) } });
  return true;
}

/** Signs in by a passkey; `undefined`: the person went away. @throws Problem */
export async function signInWithPasskey(): Promise<Grant | undefined> {
  const response = await use(await call(passkeyChallenge, {}, { anonymous: true }));
  return response && call(signInByPasskey, { body: { response } }, { anonymous: true });
}

/** Proves to be the owner. False: the person went away. @throws Problem */
export async function stepUpWithPasskey(): Promise<boolean> {
  const response = await use(await call(passkeyChallenge, {}, { anonymous: true }));
  if (response === undefined) return false;
  await call(stepUpByPasskey, { body: { response } });
  return true;
}

async function ceremony(running: Promise<Credential | null>): Promise<PublicKeyCredential | undefined> {
  try {
    return ((await running) ?? undefined) as PublicKeyCredential | undefined;
  } catch (error) {
    // Closed, timed out, or known here already: browsers do not tell more, so that a page cannot find out.
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

const listed = ({ id, type, transports }: Listed): PublicKeyCredentialDescriptor => ({
  id: fromBase64Url(id),
  type,
  transports: transports as AuthenticatorTransport[],
});

interface Shared {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
}

const shared = ({ id, rawId }: PublicKeyCredential): Shared => ({
  id,
  rawId: toBase64Url(rawId),
  type: 'public-key',
});

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.codePointAt(0) ?? 0);
}

function toBase64Url(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCodePoint(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
