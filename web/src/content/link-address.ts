// What an address in a text really leads to, and whether it looks like something else (docs/security.md L5): names in
// two alphabets, names in disguise (punycode), a host before an @ that is not the host, a label that names another.
// The name that is shown is always the one that the browser will ask for.

export type LinkDoubt =
  /** The name mixes alphabets, or is written in code: it may look like another. */
  | 'lookalike'
  /** Words before an @ look like the address and are not. */
  | 'disguise'
  /** The label names another host than the link leads to. */
  | 'label';

export interface LinkAddress {
  readonly href: string;
  /** As the browser asks for it: ASCII. */
  readonly host: string;
  /** What is shown for a link without a label. */
  readonly shown: string;
  readonly doubt: LinkDoubt | null;
}

const SHOWN_CHARS_MAX = 48;
const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  // Written together in one word in Japanese and Korean.
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Devanagari}/u,
  /\p{Script=Thai}/u,
];
const INVISIBLE = /\p{Cf}|\p{Cc}/gu;

/** Reads an address of a text; undefined for what is no address of the web. */
export function readAddress(address: string, label?: string): LinkAddress | undefined {
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  return { href: url.href, host: url.host, shown: shownOf(url), doubt: doubtOf(address, url, label) };
}

function doubtOf(address: string, url: URL, label: string | undefined): LinkDoubt | null {
  if (url.username !== '' || url.password !== '') return 'disguise';
  const typed = /^https?:\/\/([^/?#]*)/i.exec(address)?.[1] ?? '';
  if (/(?:^|\.)xn--/i.test(typed) || mixesScripts(typed)) return 'lookalike';
  const named = /^\s*(?:https?:\/\/)?([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)(?:[/?#:\s]|$)/iu.exec(
    label ?? '',
  )?.[1];
  if (named === undefined) return null;
  const other = URL.parse(`https://${named}`)?.hostname ?? named;
  return withoutWww(other) === withoutWww(url.hostname) ? null : 'label';
}

/** The ending counts: a name in one alphabet under an ending in another is the usual disguise. */
function mixesScripts(host: string): boolean {
  return SCRIPTS.filter((script) => script.test(host)).length > 1;
}

const withoutWww = (host: string): string => host.replace(/^www\./, '');

function shownOf(url: URL): string {
  let path = `${url.pathname}${url.search}${url.hash}`;
  try {
    path = decodeURI(path).replaceAll(INVISIBLE, '');
  } catch {
    // Bytes that are no text stay as they are written.
  }
  const rest = path === '/' ? '' : path;
  const shown = `${withoutWww(url.host)}${rest}`;
  // The host is never cut: it is what counts.
  const room = Math.max(SHOWN_CHARS_MAX, url.host.length + 1);
  return shown.length <= room ? shown : `${shown.slice(0, room - 1)}…`;
}
