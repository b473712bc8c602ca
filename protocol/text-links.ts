// Links in what people write, and what is to be said before one is followed: a pure reading, the same on the node's
// public pages and in the web app. Only http and https are links; everything else stays text.
// A host that looks like another (mixed scripts, punycode, an address, a name before "@") is never opened unasked.

/** Why a link asks for a second look. */
export type LinkWarning =
  /** Letters of several scripts in one label, of which some look alike (Unicode UTS 39). */
  | 'mixed-scripts'
  /** Letters beyond ASCII, or their punycode form: the name may look like another. */
  | 'foreign-letters'
  /** A bare IP address. */
  | 'address'
  /** Something stands before "@": what looks like the host is none. */
  | 'hidden-host';

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'link';
      /** As it was written. */
      readonly text: string;
      readonly href: string;
      /** The host that really answers, in ASCII. */
      readonly host: string;
      readonly warnings: readonly LinkWarning[];
    };

/** Links of one text that become links; the rest stays text (docs/security.md F26). */
const LINKS_MAX = 100;
const LINK_CHARS_MAX = 2_000;
/** From http:// to white space, a quote, an angle bracket or a character that turns the direction of writing. */
const LINK = /https?:\/\/[^\s<>"'`\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
/** What ends a sentence ends a link too. */
const TAIL = /[.,;:!?…»”’*_~\])}]+$/u;

const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u,
];

/** Splits a text into text and links, in order; joined again, the parts' `text` is the text. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  let links = 0;
  for (const match of text.matchAll(LINK)) {
    if (links >= LINKS_MAX) break;
    const written = withoutTail(match[0]);
    const link = linkOf(written);
    if (link === undefined) continue;
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push(link);
    end = match.index + written.length;
    links += 1;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

/** A closing bracket belongs to the link when it was opened in it. */
function withoutTail(written: string): string {
  const cut = written.replace(TAIL, '');
  const closing = written[cut.length];
  const isPair = closing === ')' && cut.includes('(') && !cut.includes(')');
  return isPair ? written.slice(0, cut.length + 1) : cut;
}

function linkOf(written: string): Extract<TextPart, { kind: 'link' }> | undefined {
  if (written.length > LINK_CHARS_MAX) return undefined;
  const url = URL.parse(written);
  if (url === null || url.hostname === '') return undefined;
  const shownHost = /^https?:\/\/(?:[^/?#]*@)?([^/?#:]*)/iu.exec(written)?.[1] ?? '';
  return {
    kind: 'link',
    text: written,
    href: url.href,
    host: url.hostname,
    warnings: warningsOf(url, shownHost),
  };
}

function warningsOf(url: URL, shownHost: string): LinkWarning[] {
  const warnings: LinkWarning[] = [];
  const labels = shownHost.split(/[.\u3002\uff0e\uff61]/u);
  if (labels.some((label) => SCRIPTS.filter((script) => script.test(label)).length > 1)) {
    warnings.push('mixed-scripts');
  }
  if (/(?:^|\.)xn--/i.test(url.hostname)) warnings.push('foreign-letters');
  if (/^[\d.]+$/.test(url.hostname) || url.hostname.startsWith('[')) warnings.push('address');
  if (url.username !== '' || url.password !== '') warnings.push('hidden-host');
  return warnings;
}
