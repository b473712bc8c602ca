// The one spelling of a moment on the wire: RFC 3339, UTC, exactly three decimals, `2026-11-21T04:07:56.123Z`.
// Refuses impossible dates, leap seconds, years before 1970 and every other RFC 3339 spelling.
import { invalid } from './errors.ts';

const SYNTAX = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the text is a moment in the wire's spelling. */
export function isTimestamp(text: string): boolean {
  if (!SYNTAX.test(text)) return false;
  const year = number(text, 0, 4);
  const month = number(text, 5, 7);
  if (year < 1970 || month < 1 || month > 12) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = (DAYS[month - 1] as number) + (leap ? 1 : 0);
  const day = number(text, 8, 10);
  return (
    day >= 1 &&
    day <= days &&
    number(text, 11, 13) < 24 &&
    number(text, 14, 16) < 60 &&
    number(text, 17, 19) < 60
  );
}

function number(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + text.charCodeAt(i) - 48;
  return value;
}

/** Milliseconds since 1970 of a moment in the wire's spelling. @throws timestamp/syntax */
export function parseTimestamp(text: string): number {
  if (!isTimestamp(text))
    throw invalid('timestamp/syntax', 'A moment is written YYYY-MM-DDThh:mm:ss.sssZ, in UTC.');
  return Date.parse(text);
}

/** The wire's spelling of a moment given in milliseconds since 1970. */
export function formatTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}
