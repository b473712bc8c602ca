// A sentence of the program in the language of its reader. French is set with its own spaces and apostrophes, so that no
// line begins with a colon or ends with an opening quote, however it was typed in the source.
import type { Text } from '#protocol/errors.ts';

const THIN = '\u202f';
const FIXED = '\u00a0';

/** The sentence in one language, ready for a page; for French by the rules of the Imprimerie nationale. */
export function sentenceIn(text: Text, language: keyof Text): string {
  if (language !== 'fr') return text[language];
  return text.fr
    .replaceAll(/ ([;!?])/g, `${THIN}$1`)
    .replaceAll(/ ([:»])/g, `${FIXED}$1`)
    .replaceAll('« ', `«${FIXED}`)
    .replaceAll(/(?<=\p{L})'(?=\p{L})/gu, '’');
}
