// What an address in a text really leads to, and whether it looks like something else: the protocol's one reading of
// links (docs/security.md L5), and one thing more that only labels can do: name another place than they lead to.
// The name that is shown is always the one that the browser will ask for.
import { splitLinks, type LinkWarning } from '#protocol/messages/text-links.ts';

export type LinkDoubt =
  /** The name mixes alphabets, or is written in code: it may look like another. */
  | 'lookalike'
  /** A bare number, which says nothing of who is there. */
  | 'address'
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
const INVISIBLE = /\p{Cf}|\p{Cc}/gu;
const HOST_IN_LABEL = /^\s*(?:https?:\/\/)?([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)(?:[/?#:\s]|$)/iu;

const doubts: Readonly<Record<LinkWarning, LinkDoubt>> = {
  'hidden-host': 'disguise',
  'mixed-scripts': 'lookalike',
  'foreign-letters': 'lookalike',
  address: 'address',
};

/** Reads an address of a text; undefined for what is no address of the web. */
export function readAddress(address: string, label?: string): LinkAddress | undefined {
  const [link] = splitLinks(address);
  if (link?.kind !== 'link') return undefined;
  const { href, host, warnings } = link;
  const worst = warnings.includes('hidden-host') ? 'hidden-host' : warnings[0];
  const doubt = worst === undefined ? labelDoubt(host, label) : doubts[worst];
  return { href, host, shown: shownOf(new URL(href)), doubt };
}

function labelDoubt(host: string, label: string | undefined): LinkDoubt | null {
  const named = HOST_IN_LABEL.exec(label ?? '')?.[1];
  if (named === undefined) return null;
  const other = URL.parse(`https://${named}`)?.hostname ?? named;
  return withoutWww(other) === withoutWww(host) ? null : 'label';
}

const withoutWww = (host: string): string => host.replace(/^www\./, '');

function shownOf(url: URL): string {
  let path = `${url.pathname}${url.search}${url.hash}`;
  try {
    path = decodeURI(path).replaceAll(INVISIBLE, '');
  } catch {
    // Bytes that are no text stay as they are written.
  }
  const shown = `${withoutWww(url.host)}${path === '/' ? '' : path}`;
  // The host is never cut: it is what counts.
  const room = Math.max(SHOWN_CHARS_MAX, url.host.length + 1);
  return shown.length <= room ? shown : `${shown.slice(0, room - 1)}…`;
}
