// The language of the app: chosen on this device, else the browser's. Changing it needs no reload.
// i18next holds the messages; the shell's come with the app, an area's with its screens, both languages complete.
import i18next from 'i18next';
import { loads } from '../api/loads.ts';
import { signal } from '../api/signal.ts';

export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

const STORED = 'ored.language';

export const language = signal<Language>(document.documentElement.lang === 'fr' ? 'fr' : 'en');

export const currentLanguage = (): Language => language.get();

type Messages = Readonly<Record<string, string>>;
type Load = () => Promise<Messages>;

const shellMessages = import.meta.glob<Messages>('../shell/messages/*.json', {
  eager: true,
  import: 'default',
});
const areaMessages = import.meta.glob<Messages>(['../*/messages/*.json', '!../shell/**'], {
  import: 'default',
});

await i18next.init({
  lng: language.get(),
  fallbackLng: false,
  defaultNS: 'shell',
  initAsync: false,
  // React escapes what it shows.
  interpolation: { escapeValue: false },
  returnEmptyString: false,
  resources: Object.fromEntries(
    languages.map((name) => [name, { shell: shellMessages[`../shell/messages/${name}.json`] ?? {} }]),
  ),
});

const loading = loads<void>();

/** Loads an area's messages in a language, once. */
export function loadMessages(area: string, wanted: Language = language.get()): Promise<void> {
  return loading.get(`${wanted}/${area}`, () => loadOnce(area, wanted));
}

async function loadOnce(area: string, wanted: Language): Promise<void> {
  if (area === 'shell') return;
  const load: Load | undefined = areaMessages[`../${area}/messages/${wanted}.json`];
  if (load === undefined) throw new Error(`no messages of ${area} in ${wanted}`);
  i18next.addResourceBundle(wanted, area, await load());
}

/** Changes the language, keeps the choice on this device, and tells the page (screen readers, hyphenation). */
export async function chooseLanguage(wanted: Language): Promise<void> {
  const inUse = loading.keys().map((key) => key.slice(key.indexOf('/') + 1));
  await Promise.all([...new Set(inUse)].map((area) => loadMessages(area, wanted)));
  await i18next.changeLanguage(wanted);
  localStorage.setItem(STORED, wanted);
  document.documentElement.lang = wanted;
  document.documentElement.dir = i18next.dir(wanted);
  language.set(wanted);
}

// Chosen in another tab: all tabs speak the same.
window.addEventListener('storage', ({ key, newValue }) => {
  const chosen = languages.find((name) => name === newValue);
  if (key === STORED && chosen !== undefined) void chooseLanguage(chosen);
});
