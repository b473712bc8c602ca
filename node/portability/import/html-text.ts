// The HTML of a post as plain text: paragraphs, lists, quotes and the full addresses of links; everything else goes.
// What comes out is text and is only ever shown as text: no markup, script or style survives, however broken it was.
import { Parser } from 'htmlparser2';

/** HTML beyond this is cut: no text that fits a post is longer. */
const HTML_CHARS_MAX = 300_000;
/** Elements inside one another; beyond this nobody wrote it by hand, and parsers become slow. */
const DEPTH_MAX = 500;
/** The depth is looked at after each part of this length. */
const PART_CHARS = 4_096;
const QUOTES_MAX = 8;
/** Elements whose content nobody is to read. */
const silent = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'iframe',
  'object',
  'svg',
  'math',
  'head',
  'title',
]);
const blocks = new Set([
  'p',
  'div',
  'ul',
  'ol',
  'pre',
  'blockquote',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'table',
]);

interface Link {
  readonly href: string;
  readonly from: number;
  readonly mention: boolean;
}

/**
 * The text of `html`. `names` are the full names (`@ana@example.org`) behind the addresses of people mentioned.
 * Links to http and https keep their address; others lose it.
 */
export function htmlToText(html: string, names: ReadonlyMap<string, string> = new Map()): string {
  const text = createText();
  let hidden = 0;
  let depth = 0;
  const quotes: number[] = [];
  const links: Link[] = [];
  const endLink = (): void => {
    const link = links.pop();
    if (link !== undefined) text.add(linkText(text.takeFrom(link.from), link, names));
  };
  const endQuote = (): void => {
    const from = quotes.pop();
    if (from === undefined) return;
    const said = text.takeFrom(from).trim();
    text.add(said === '' ? '' : said.replace(/^/gm, '> '));
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1;
        if (hidden > 0 || silent.has(name)) {
          hidden += 1;
          return;
        }
        if (blocks.has(name)) text.breakTo(2);
        // Deeper quotes than anybody reads are one.
        if (name === 'blockquote' && quotes.length < QUOTES_MAX) quotes.push(text.mark());
        if (name === 'br') text.add('\n');
        if (name === 'li') {
          text.breakTo(1);
          text.add('- ');
        }
        if (name === 'a') {
          // A link inside a link ends it, as in a browser.
          endLink();
          const mention = /\bmention\b/.test(attributes['class'] ?? '');
          links.push({ href: attributes['href'] ?? '', from: text.mark(), mention });
        }
      },
      ontext(part) {
        if (hidden > 0) return;
        // White space of the source is layout, as a browser takes it.
        const plain = part.replace(/[ \t\r\n\f]+/g, ' ');
        text.add(text.endsInSpace() ? plain.trimStart() : plain);
      },
      onclosetag(name) {
        depth -= 1;
        if (hidden > 0) {
          hidden -= 1;
          return;
        }
        if (name === 'a') endLink();
        if (name === 'blockquote') endQuote();
        if (blocks.has(name)) text.breakTo(2);
        if (name === 'li') text.breakTo(1);
      },
    },
    { decodeEntities: true },
  );
  const end = Math.min(html.length, HTML_CHARS_MAX);
  for (let at = 0; at < end; at += PART_CHARS) {
    parser.write(html.slice(at, Math.min(end, at + PART_CHARS)));
    if (depth > DEPTH_MAX) break;
  }
  parser.end();
  return text
    .takeFrom(0)
    .replace(/[ \t]+\n/g, '\n')
    .trim();
}

/**
 * A text that grows at its end and is only ever looked at there, in the time of what is added: an archive is somebody
 * else's, and one string of it, read through again at each of a hundred thousand elements, stopped the node for seconds.
 */
function createText() {
  const parts: string[] = [];
  const add = (part: string): void => {
    if (part !== '') parts.push(part);
  };
  const trimEnd = (): void => {
    for (let last = parts.pop(); last !== undefined; last = parts.pop()) {
      const kept = last.trimEnd();
      if (kept === '') continue;
      parts.push(kept);
      return;
    }
  };
  return {
    add,
    /** A place to take from, later. */
    mark: () => parts.length,
    takeFrom: (mark: number) => parts.splice(mark).join(''),
    /** Also where there is nothing yet. */
    endsInSpace: () => /\s/.test(parts.at(-1)?.at(-1) ?? ' '),
    /** Ends what stands with so many line ends, whatever white space it had. */
    breakTo(lines: number): void {
      trimEnd();
      if (parts.length > 0) add('\n'.repeat(lines));
    },
  };
}

function linkText(shown: string, { href, mention }: Link, names: ReadonlyMap<string, string>): string {
  const label = shown.trim();
  const name = names.get(href);
  if (name !== undefined && (mention || label.startsWith('@'))) return name;
  // A tag or a mention says enough; its address leads to a server that may be gone.
  if (mention || /^[#@]/.test(label) || !/^https?:\/\//i.test(href)) return shown;
  if (label === '') return shown;
  if (sameAddress(label, href)) return href;
  return `${shown.trimEnd()} (${href})`;
}

function sameAddress(label: string, href: string): boolean {
  const bare = (address: string): string => address.replace(/^https?:\/\//i, '').replace(/\/$/, '');
  return (
    bare(label) === bare(href) || (label.endsWith('…') && bare(href).startsWith(bare(label.slice(0, -1))))
  );
}
