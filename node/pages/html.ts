// Mark-up that escapes by construction: whatever is put into a template is text, unless it came from a template itself.
// There is no way to pass a string off as mark-up. Good for XML too (docs/security.md L4).

/** Only `html` makes it: the mark is not exported. */
const made: unique symbol = Symbol('html');
export interface Html {
  readonly [made]: string;
}

type Hole = Html | string | number | null | undefined | false | readonly Hole[];

/** A template; text in its holes is escaped, lists are joined, null, undefined and false are nothing. */
export function html(strings: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  let text = strings[0] ?? '';
  for (const [index, hole] of holes.entries()) text += textOf(hole) + (strings[index + 1] ?? '');
  return { [made]: text };
}

/** The mark-up as it is sent. */
export function render(markup: Html): string {
  return markup[made];
}

function textOf(hole: Hole): string {
  if (hole === null || hole === undefined || hole === false) return '';
  if (typeof hole === 'number') return String(hole);
  if (typeof hole === 'string') return escape(hole);
  if (made in hole) return hole[made];
  return hole.map(textOf).join('');
}

/** Also drops what XML 1.0 cannot hold at all: controls and the two non-characters. */
function escape(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '')
    .replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
