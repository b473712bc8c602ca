// A plain name for a device, from its User-Agent: "Firefox, Linux". A guess for a list that the owner can correct,
// never a reason to decide anything. Pure.
import { DEVICE_NAME_CHARS_MAX } from '#protocol/limits.ts';

/** In order: browsers name others before themselves. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
];

/** At most DEVICE_NAME_CHARS_MAX characters of plain ASCII; empty where the header says nothing. */
export function deviceName(userAgent: string): string {
  const plain = userAgent.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 1_024);
  const named = [browsers, systems]
    .map((known) => known.find(([pattern]) => pattern.test(plain))?.[1])
    .filter((name) => name !== undefined);
  // A program that is no browser says its name first: "curl/8.5.0".
  const name = named.length > 0 ? named.join(', ') : (plain.split(/[/ ]/)[0] ?? '');
  return name.slice(0, DEVICE_NAME_CHARS_MAX);
}
