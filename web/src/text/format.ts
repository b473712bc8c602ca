// Times, numbers and sizes in the language of the app, by Intl. Formatters are kept: making one costs milliseconds.
// Times are relative while they are young, then a date; the exact time is always in the element's title.
import type { Language } from './language.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const KILO = 1_000;
const GIGA = 1_000_000_000;
const MEGA = 1_000_000;
/** Older than this is told by its date. */
const RELATIVE_MS_MAX = 7 * DAY_MS;

const kept = new Map<string, unknown>();

function once<Formatter>(key: string, make: () => Formatter): Formatter {
  const known = kept.get(key) as Formatter | undefined;
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  return made;
}

/** "3 min. ago", "yesterday", or a date. */
export function formatAge(at: number, now: number, language: Language): string {
  const age = now - at;
  if (Math.abs(age) >= RELATIVE_MS_MAX) return formatDate(at, now, language);
  const relative = once(
    `age/${language}`,
    () => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }),
  );
  if (Math.abs(age) < MINUTE_MS) return relative.format(0, 'second');
  if (Math.abs(age) < HOUR_MS) return relative.format(-Math.round(age / MINUTE_MS), 'minute');
  if (Math.abs(age) < DAY_MS) return relative.format(-Math.round(age / HOUR_MS), 'hour');
  return relative.format(-Math.round(age / DAY_MS), 'day');
}

function formatDate(at: number, now: number, language: Language): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const year = sameYear ? {} : ({ year: 'numeric' } as const);
  return once(
    `date/${language}/${String(sameYear)}`,
    () => new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', ...year }),
  ).format(at);
}

/** "21 November 2026 at 14:05". */
export function formatMoment(at: number, language: Language): string {
  return once(
    `moment/${language}`,
    () => new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }),
  ).format(at);
}

/** "Today", "Yesterday", "Saturday 21 November": the head of a day. */
export function formatDay(at: number, now: number, language: Language): string {
  const midnight = (moment: number): number => new Date(moment).setHours(0, 0, 0, 0);
  // Rounded: a day of the change to summer time has 23 hours.
  const days = Math.round((midnight(at) - midnight(now)) / DAY_MS);
  if (days === 0 || days === -1) {
    const relative = once(
      `day/${language}`,
      () => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'long' }),
    ).format(days, 'day');
    return relative.charAt(0).toLocaleUpperCase(language) + relative.slice(1);
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const year = sameYear ? {} : ({ year: 'numeric' } as const);
  return once(
    `weekday/${language}/${String(sameYear)}`,
    () => new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long', ...year }),
  ).format(at);
}

/** The browser's own kind of the language: a clock of twelve or of twenty-four hours. */
const localeOf = (language: Language): string =>
  navigator.languages.find((name) => name.startsWith(language)) ?? language;

/** "14:05". */
export function formatClock(at: number, language: Language): string {
  return once(
    `clock/${language}`,
    () => new Intl.DateTimeFormat(localeOf(language), { hour: '2-digit', minute: '2-digit' }),
  ).format(at);
}

/** "1.4 MB", "820 kB". */
export function formatBytes(bytes: number, language: Language): string {
  const [unit, size] =
    bytes < MEGA
      ? (['kilobyte', KILO] as const)
      : bytes < GIGA
        ? (['megabyte', MEGA] as const)
        : (['gigabyte', GIGA] as const);
  const value = bytes / size;
  const digits = value < 10 ? 1 : 0;
  return once(
    `bytes/${language}/${unit}/${digits}`,
    () => new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: digits }),
  ).format(value);
}

/** "1,234". */
export function formatNumber(value: number, language: Language): string {
  return once(`number/${language}`, () => new Intl.NumberFormat(language)).format(value);
}

/** "3 days", "5 hours", "12 minutes": the largest unit that says enough. */
export function formatDuration(seconds: number, language: Language): string {
  const ms = seconds * 1000;
  const [unit, size] =
    ms >= DAY_MS
      ? (['day', DAY_MS] as const)
      : ms >= HOUR_MS
        ? (['hour', HOUR_MS] as const)
        : ms >= MINUTE_MS
          ? (['minute', MINUTE_MS] as const)
          : (['second', 1000] as const);
  return once(
    `duration/${language}/${unit}`,
    () => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }),
  ).format(Math.floor(ms / size));
}
