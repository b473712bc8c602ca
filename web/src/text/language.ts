// The language of the app: chosen on this device, else the browser's. Changing it needs no reload.
// The shell's messages come with the app, an area's with its screens, both languages complete.
import { keepDeviceNote } from '../api/device-note.ts';
import { loads } from '../api/loads.ts';
import { signal } from '../api/signal.ts';
import type { Messages } from './catalogue.ts';

export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

const STORED = 'ored.language';

export const language = signal<Language>(document.documentElement.lang === 'fr' ? 'fr' : 'en');

export const currentLanguage = (): Language => language.get();

type Load = () => Promise<Messages>;

const shellMessages = import.meta.glob<Messages>('../shell/messages/*.json', {
  eager: true,
  import: 'default',
});
const areaMessages = import.meta.glob<Messages>(['../*/messages/*.json', '!../shell/**'], {
  import: 'default',
});

/** What is here, by language and area. */
const catalogues = new Map<string, Messages>(
  languages.map((name) => [`${name}/shell`, shellMessages[`../shell/messages/${name}.json`] ?? {}]),
);
const NONE: Messages = {};

/** The messages of an area in the language of the app; empty until they are loaded. */
export function messagesOf(area: string): Messages {
  return catalogues.get(`${language.get()}/${area}`) ?? NONE;
}

const loading = loads<void>();

/** Loads an area's messages in a language, once. */
export function loadMessages(area: string, wanted: Language = language.get()): Promise<void> {
  return loading.get(`${wanted}/${area}`, () => loadOnce(area, wanted));
}

async function loadOnce(area: string, wanted: Language): Promise<void> {
  if (area === 'shell') return;
  const load: Load | undefined = areaMessages[`../${area}/messages/${wanted}.json`];
  if (load === undefined) throw new Error(`no messages of ${area} in ${wanted}`);
  catalogues.set(`${wanted}/${area}`, await load());
}

/** Changes the language, keeps the choice on this device, and tells the page (screen readers, hyphenation). */
export async function chooseLanguage(wanted: Language): Promise<void> {
  const inUse = loading.keys().map((key) => key.slice(key.indexOf('/') + 1));
  await Promise.all([...new Set(inUse)].map((area) => loadMessages(area, wanted)));
  keepDeviceNote(STORED, wanted);
  document.documentElement.lang = wanted;
  language.set(wanted);
}

// Chosen in another tab: all tabs speak the same.
window.addEventListener('storage', ({ key, newValue }) => {
  const chosen = languages.find((name) => name === newValue);
  if (key === STORED && chosen !== undefined) void chooseLanguage(chosen);
});
