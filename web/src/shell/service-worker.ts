// Registers the service worker where the context allows it (not over plain http off this machine), and tells when a new
// version of the app is ready. It is taken when the person says so: a page that changes under one's hands loses trust.
import { signal } from '../api/signal.ts';
import { navigate } from '../router/location.ts';
import { language } from '../text/language.ts';

/** A new version waits; calling it loads the page anew with it. */
export const update = signal<(() => void) | undefined>(undefined);

const LOOK_FOR_UPDATE_MS = 3_600_000;
const SCRIPT = '/sw.js';

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** The one script address that this app ever makes from text: the policy refuses all others. */
function scriptAddress(): string {
  const { trustedTypes } = window as Window & { readonly trustedTypes?: TrustedTypes };
  if (trustedTypes === undefined) return SCRIPT;
  return trustedTypes
    .createPolicy('ored', {
      createScriptURL(url) {
        if (url !== SCRIPT) throw new TypeError('no other script');
        return url;
      },
    })
    .createScriptURL(SCRIPT);
}

export async function startServiceWorker(): Promise<void> {
  // Typed as always there; outside of a secure context it is not.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (container === undefined) return;
  const registration = await container.register(scriptAddress());
  let asked = false;
  const offer = (): void => {
    const { waiting } = registration;
    // The first worker of a browser waits for nobody.
    if (waiting === null || container.controller === null) return;
    update.set(() => {
      asked = true;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
      waiting.postMessage('take-over');
    });
  };
  container.addEventListener('controllerchange', () => {
    if (asked) location.reload();
  });
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', offer);
  });
  offer();
  // What it shows by itself is in the language of the app.
  const tellLanguage = (): void => container.controller?.postMessage({ language: language.get() });
  language.subscribe(tellLanguage);
  container.addEventListener('controllerchange', tellLanguage);
  tellLanguage();
  // A notification was pressed while the app is open.
  container.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'object' && data !== null && 'go' in data) navigate(String(data.go));
  });
  setInterval(() => void registration.update().catch(() => undefined), LOOK_FOR_UPDATE_MS);
}
