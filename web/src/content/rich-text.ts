// What people wrote, as blocks and marks: paragraphs, lists, quotes, code, emphasis, links, mentions (a small part of
// Markdown). It only ever gives data, never HTML, and every character of the text comes out as it went in, but for
// the marks themselves. One pass: 50,000 hostile characters cost milliseconds (no pattern looks back or nests).

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'strong'; readonly of: readonly Inline[] }
  | { readonly kind: 'emphasis'; readonly of: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  /** `text` is the label that was given, or the address itself. */
  | { readonly kind: 'link'; readonly address: string; readonly text: string }
  /** `who` is what finds the person: `name` or `name@host`. */
  | { readonly kind: 'mention'; readonly who: string };

export type Block =
  | { readonly kind: 'paragraph'; readonly of: readonly Inline[] }
  | { readonly kind: 'quote'; readonly of: readonly Inline[] }
  /** `from`: the first number; null for a list without numbers. */
  | { readonly kind: 'list'; readonly from: number | null; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'code'; readonly text: string };

const FENCE = /^```/;
const ITEM = /^[-*•][ \t]+(\S.*)$/;
const NUMBERED = /^(\d{1,4})[.)][ \t]+(\S.*)$/;
const QUOTE = /^>[ \t]?(.*)$/;

type LineKind = 'blank' | 'item' | 'numbered' | 'quote' | 'plain';

function kindOf(line: string): LineKind {
  if (line.trim() === '') return 'blank';
  if (ITEM.test(line)) return 'item';
  if (NUMBERED.test(line)) return 'numbered';
  return QUOTE.test(line) ? 'quote' : 'plain';
}

/** The blocks of a text. */
export function parseText(text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (FENCE.test(line)) {
      const end = lines.findIndex((other, index) => index > at && FENCE.test(other));
      // A fence that is never closed is words like any others.
      if (end !== -1) {
        blocks.push({ kind: 'code', text: lines.slice(at + 1, end).join('\n') });
        at = end + 1;
        continue;
      }
    }
    const kind = kindOf(line);
    const from = at;
    do at += 1;
    while (at < lines.length && kindOf(lines[at] ?? '') === kind && !FENCE.test(lines[at] ?? ''));
    const block = blockOf(kind, lines.slice(from, at));
    if (block !== undefined) blocks.push(block);
  }
  return blocks;
}

function blockOf(kind: LineKind, lines: readonly string[]): Block | undefined {
  if (kind === 'blank') return undefined;
  if (kind === 'quote') {
    return { kind, of: parseInline(lines.map((line) => QUOTE.exec(line)?.[1] ?? '').join('\n')) };
  }
  if (kind === 'item' || kind === 'numbered') {
    const items = lines.map((line) => parseInline(ITEM.exec(line)?.[1] ?? NUMBERED.exec(line)?.[2] ?? ''));
    return { kind: 'list', from: kind === 'item' ? null : Number(NUMBERED.exec(lines[0] ?? '')?.[1]), items };
  }
  return { kind: 'paragraph', of: parseInline(lines.join('\n')) };
}

// Each alternative ends at the first character that its class leaves out, so none is read twice.
const MARKS = new RegExp(
  [
    /`([^`\n]+)`/u,
    /\[([^[\]\n]{1,300})\]\((https?:\/\/[^\s()<>]{1,2000})\)/u,
    /(https?:\/\/[^\s<>"`]{1,2000})/u,
    /\*\*(?=\S)([^*\n]+)(?<=\S)\*\*/u,
    /\*(?=[^\s*])([^*\n]+)(?<=\S)\*/u,
    /(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]+)(?<=\S)_(?![\p{L}\p{N}_])/u,
    /(?<![\p{L}\p{N}_@/.])@([a-z0-9][a-z0-9_-]{1,30}[a-z0-9](?:@[a-z0-9][a-z0-9.-]{2,200}[a-z0-9])?)(?![\p{L}\p{N}_@])/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'giu',
);
/** Emphasis inside emphasis: more is decoration, and a way to cost time. */
const DEPTH_MAX = 2;

/** The marks in a line of words. */
export function parseInline(text: string, depth = 0): Inline[] {
  const found: Inline[] = [];
  let end = 0;
  for (const match of text.matchAll(MARKS)) {
    const [whole, code, label, labelled, bare, strong, star, underscore, who] = match;
    const { index } = match;
    let length = whole.length;
    let mark: Inline;
    const em = star ?? underscore;
    if (code !== undefined) mark = { kind: 'code', text: code };
    else if (label !== undefined && labelled !== undefined) {
      mark = { kind: 'link', address: labelled, text: label };
    } else if (bare !== undefined) {
      const address = withoutEnd(bare);
      length = address.length;
      mark = { kind: 'link', address, text: address };
    } else if (strong !== undefined) mark = { kind: 'strong', of: within(strong, depth) };
    else if (em !== undefined) mark = { kind: 'emphasis', of: within(em, depth) };
    else mark = { kind: 'mention', who: who ?? '' };
    if (index > end) found.push({ kind: 'text', text: text.slice(end, index) });
    found.push(mark);
    end = index + length;
  }
  if (end < text.length) found.push({ kind: 'text', text: text.slice(end) });
  return found;
}

const within = (text: string, depth: number): Inline[] =>
  depth + 1 < DEPTH_MAX ? parseInline(text, depth + 1) : [{ kind: 'text', text }];

/** An address without the punctuation of the sentence that it ends: `(see https://a.example/b).` */
function withoutEnd(address: string): string {
  let end = address.length;
  for (;;) {
    const last = address[end - 1] ?? '';
    const closes = last === ')' && !address.slice(0, end - 1).includes('(');
    if (!closes && !/[.,;:!?'’»”\]}*_]/.test(last)) return address.slice(0, end);
    end -= 1;
  }
}

/** Longer than any character: a family has eleven code units, a flag of a region fourteen. */
const AROUND_CHARS = 100;

/** Where a long text is cut: at a space near `chars`, else between two characters as people see them. */
export function cutText(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const space = Math.max(text.lastIndexOf(' ', chars), text.lastIndexOf('\n', chars));
  if (space > chars * 0.7) return text.slice(0, space);
  // A character as people see it may be many; what lies around the cut says where one begins.
  const from = Math.max(0, chars - AROUND_CHARS);
  const pieces = [...new Intl.Segmenter().segment(text.slice(from, chars + AROUND_CHARS))];
  const last = pieces.findLast(({ index }) => from + index <= chars);
  return text.slice(0, from + (last?.index ?? chars - from));
}
