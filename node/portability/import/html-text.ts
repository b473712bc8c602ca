// The HTML of a post as plain text: paragraphs, lists, quotes and the full addresses of links; everything else goes.
// What comes out is text and is only ever shown as text: no markup, script or style survives, however broken it was.
import { Parser } from 'htmlparser2';

/** HTML beyond this is cut: no text that fits a post is longer. */
const HTML_CHARS_MAX = 500_000;
/** Elements whose content nobody is to read. */
const silent = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'object', 'svg', 'math', 'head', 'title']);
const blocks = new Set(['p', 'div', 'ul', 'ol', 'pre', 'blockquote', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table']);

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
  let text = '';
  let hidden = 0;
  let quoted = 0;
  const links: Link[] = [];
  const breakTo = (lines: number): void => {
    text = text.trimEnd();
    if (text !== '') text += '\n'.repeat(lines);
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (hidden > 0 || silent.has(name)) {
          hidden += 1;
          return;
        }
        if (blocks.has(name)) breakTo(2);
        if (name === 'blockquote') quoted += 1;
        if (quoted > 0 && (name === 'p' || name === 'blockquote') && !text.endsWith('> ')) text += '> ';
        if (name === 'br') text += quoted > 0 ? '\n> ' : '\n';
        if (name === 'li') {
          breakTo(1);
          text += '- ';
        }
        if (name === 'a') {
          const mention = /\bmention\b/.test(attributes['class'] ?? '');
          links.push({ href: attributes['href'] ?? '', from: text.length, mention });
        }
      },
      ontext(part) {
        if (hidden > 0) return;
        // White space of the source is layout, as a browser takes it.
        const plain = part.replace(/[ \t\r\n\f]+/g, ' ');
        text += text === '' || /\s$/.test(text) ? plain.trimStart() : plain;
      },
      onclosetag(name) {
        if (hidden > 0) {
          hidden -= 1;
          return;
        }
        if (name === 'a') {
          const link = links.pop();
          if (link !== undefined) text = text.slice(0, link.from) + linkText(text.slice(link.from), link, names);
        }
        if (name === 'blockquote') quoted -= 1;
        if (blocks.has(name)) breakTo(2);
        if (name === 'li') breakTo(1);
      },
    },
    { decodeEntities: true },
  );
  parser.end(html.slice(0, HTML_CHARS_MAX));
  return text.replace(/[ \t]+\n/g, '\n').trim();
}

function linkText(shown: string, { href, mention }: Link, names: ReadonlyMap<string, string>): string {
  const label = shown.trim();
  const name = names.get(href);
  if (name !== undefined && (mention || label.startsWith('@'))) return name;
  // A tag or a mention says enough; its address leads to a server that may be gone.
  if (mention || /^[#@]/.test(label) || !/^https?:\/\//i.test(href)) return shown;
  if (label === '' || sameAddress(label, href)) return href;
  return `${shown.trimEnd()} (${href})`;
}

function sameAddress(label: string, href: string): boolean {
  const bare = (address: string): string => address.replace(/^https?:\/\//i, '').replace(/\/$/, '');
  return bare(label) === bare(href) || (label.endsWith('…') && bare(href).startsWith(bare(label.slice(0, -1))));
}
