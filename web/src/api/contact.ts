// Whether the node was reached lately: what the connection banner shows and what makes the outbox try again.
// The browser's own `online` only says that there is some network, so a real answer counts for more.
import { signal } from './signal.ts';

export type Contact = 'reached' | 'lost';

export const contact = signal<Contact>(navigator.onLine ? 'reached' : 'lost');

/** Called with the outcome of each request: whether any answer came. */
export function noteContact(reached: boolean): void {
  contact.set(reached ? 'reached' : 'lost');
}

window.addEventListener('offline', () => contact.set('lost'));
