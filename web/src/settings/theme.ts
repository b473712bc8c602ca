// Light, dark, or as the system says: kept on this device, and put on the page before the first paint by early.js.
// Other tabs of this browser follow.
import { keepDeviceNote, readDeviceNote } from '../api/device-note.ts';
import { signal } from '../api/signal.ts';

export type Theme = 'system' | 'light' | 'dark';
const STORED = 'ored.theme';

const read = (stored: string | null): Theme => (stored === 'light' || stored === 'dark' ? stored : 'system');

export const theme = signal<Theme>(read(readDeviceNote(STORED)));

function apply(chosen: Theme): void {
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
  theme.set(chosen);
}

/** Chooses, at once and for the next time. */
export function chooseTheme(chosen: Theme): void {
  keepDeviceNote(STORED, chosen === 'system' ? null : chosen);
  apply(chosen);
}

window.addEventListener('storage', ({ key, newValue }) => {
  if (key === STORED) apply(read(newValue));
});
