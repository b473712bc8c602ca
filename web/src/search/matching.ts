// Which parts of a text a question meets, as the node's index cuts words (node/search/model.ts): case, accents and width
// do not matter, the last word of a question may be a beginning, Chinese and Japanese characters are words. Pure.

/** A piece of a text, and whether it is one of the words that were asked for. */
export interface Piece {
  readonly text: string;
  readonly met: boolean;
}

/** Characters of a result that are shown: three or four lines of a phone. */
const SHOWN_CHARS = 220;
/** Characters before the first word that was met, so that it stands in its sentence. */
const BEFORE_CHARS = 60;
/** A shorter last word is no beginning: one letter begins a large part of all words. */
const PREFIX_CHARS_MIN = 2;

const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}])+/gu;

export const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase();

/** True for a word of a text that the question asks for. */
function askedFor(question: string): (word: string) => boolean {
  const words = [...question.matchAll(WORD)].map(([word]) => plain(word));
  const last = words.at(-1) ?? '';
  const open = last.length >= PREFIX_CHARS_MIN && !/\s$/.test(question);
  const whole = new Set(words);
  return (word) => {
    const own = plain(word);
    return whole.has(own) || (open && own.startsWith(last));
  };
}

/** The part of a text around the first word that was met, cut into pieces. */
export function excerpt(text: string, question: string): readonly Piece[] {
  const isMet = askedFor(question);
  const found = [...text.matchAll(WORD)].find(([word]) => isMet(word));
  const from = Math.max(0, (found?.index ?? 0) - BEFORE_CHARS);
  // Never half of a surrogate pair.
  const cut = text.slice(from, from + SHOWN_CHARS).replaceAll(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
  const pieces: Piece[] = from > 0 ? [{ text: '…', met: false }] : [];
  let at = 0;
  for (const match of cut.matchAll(WORD)) {
    if (!isMet(match[0])) continue;
    if (match.index > at) pieces.push({ text: cut.slice(at, match.index), met: false });
    pieces.push({ text: match[0], met: true });
    at = match.index + match[0].length;
  }
  if (at < cut.length) pieces.push({ text: cut.slice(at), met: false });
  if (from + SHOWN_CHARS < text.length) pieces.push({ text: '…', met: false });
  return pieces;
}

/** Whether each word of the question is, or begins, a word of the text: for names, which are few and at hand. */
export function fitsName(name: string, question: string): boolean {
  const words = plain(name).match(WORD) ?? [];
  const asked = plain(question).match(WORD) ?? [];
  return asked.length > 0 && asked.every((one) => words.some((word) => word.startsWith(one)));
}
