// Where the app is: the browser's own history, watched. Navigations are told apart (forward, back, replaced), so that
// the shell moves focus and scroll as a page load would. A router library was weighed: docs/adr/0010-web-app.md.
import { signal } from '../api/signal.ts';

export interface Place {
  readonly path: string;
  readonly search: string;
  /** One for each entry of the history: scroll positions are kept under it. */
  readonly key: string;
  readonly by: 'start' | 'link' | 'replace' | 'history';
}

const STATE_KEY = 'ored';

function placeNow(by: Place['by']): Place {
  const state: unknown = history.state;
  const key =
    typeof state === 'object' && state !== null && STATE_KEY in state ? String(state[STATE_KEY]) : 'first';
  return { path: location.pathname, search: location.search, key, by };
}

export const place = signal<Place>(placeNow('start'));

let count = 0;
const freshKey = (): string => `${Date.now().toString(36)}-${(count += 1)}`;

/** Goes to a path of the app. Another origin is not possible: it is a path. */
export function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  if (!to.startsWith('/') || to.startsWith('//')) throw new TypeError('a path of this app starts with one /');
  const isSame = to === location.pathname + location.search;
  if (options.replace === true || isSame) {
    history.replaceState({ [STATE_KEY]: place.get().key }, '', to);
    place.set(placeNow('replace'));
  } else {
    history.pushState({ [STATE_KEY]: freshKey() }, '', to);
    place.set(placeNow('link'));
  }
}

/** Back to where the person came from, or up to `fallback` where this is the first page of the visit. */
export function goBack(fallback: string): void {
  if (place.get().key === 'first') navigate(fallback, { replace: true });
  else history.back();
}

/** Watches the browser's back and forward. */
export function watchHistory(): void {
  history.scrollRestoration = 'manual';
  window.addEventListener('popstate', () => place.set(placeNow('history')));
}
