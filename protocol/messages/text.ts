// Texts that people write to others: what is accepted, the same on the node that writes and on the one that reads.
// Refuses what lies about its own order (bidirectional overrides), what is invisible, and towers of accents (L5).
// Line ends are unified and Unicode composed; nothing else is changed.
import { type ErrorCode, type Text, invalid } from '../errors.ts';
import { COMBINING_MARKS_MAX } from '../limits.ts';

/** Overrides and embeddings; isolates and marks stay, which Arabic and Hebrew need. */
const BIDI = /[\u202a-\u202e]/;
/** Controls but tab and line feed, lone surrogates, tags. Unassigned characters pass: next year's emoji are among them. */
const UNSEEN = /(?![\t\n])\p{Cc}|\p{Cs}|[\u{e0000}-\u{e001f}\u{e0080}-\u{e0fff}]/u;
const MARKS = new RegExp(`\\p{M}{${COMBINING_MARKS_MAX + 1}}`, 'u');

/**
 * A text as it is signed, stored and shown: NFC, LF line ends, no white space at the ends. `charsMax` counts UTF-16 units.
 * @throws text/too-long-unprocessable, text/bidi-unprocessable, text/control-unprocessable, text/marks-unprocessable
 */
export function cleanText(text: string, charsMax: number): string {
  // Before any work on it: a text of 10 MB costs nothing.
  if (text.length > charsMax) throw tooLong(charsMax);
  const clean = text.replace(/\r\n?/g, '\n').normalize('NFC').trim();
  if (clean.length > charsMax) throw tooLong(charsMax);
  if (BIDI.test(clean)) {
    throw refused('text/bidi-unprocessable', {
      en: 'This text holds invisible characters that turn the direction of writing. Nothing was stored; write it again without them.',
      fr: "Ce texte contient des caractères invisibles qui inversent le sens de l'écriture. Rien n'a été enregistré ; récrivez-le sans eux.",
    });
  }
  if (UNSEEN.test(clean)) {
    throw refused('text/control-unprocessable', {
      en: 'This text holds control or unknown characters. Nothing was stored; write it again without them.',
      fr: "Ce texte contient des caractères de contrôle ou inconnus. Rien n'a été enregistré ; récrivez-le sans eux.",
    });
  }
  if (MARKS.test(clean.normalize('NFD'))) {
    throw refused('text/marks-unprocessable', {
      en: `This text stacks more than ${COMBINING_MARKS_MAX} accents on one letter. Nothing was stored.`,
      fr: `Ce texte empile plus de ${COMBINING_MARKS_MAX} accents sur une lettre. Rien n'a été enregistré.`,
    });
  }
  return clean;
}

/** Whether a text is in the form that `cleanText` gives: what a reader demands of a signed text. */
export function isCleanText(text: string, charsMax: number): boolean {
  if (text.length > charsMax) return false;
  return !/\r/.test(text) && !BIDI.test(text) && !UNSEEN.test(text) && !MARKS.test(text.normalize('NFD'));
}

function tooLong(charsMax: number): Error {
  return refused('text/too-long-unprocessable', {
    en: `This text is over ${charsMax} characters. Nothing was stored; shorten it, or attach it as a file.`,
    fr: `Ce texte dépasse ${charsMax} caractères. Rien n'a été enregistré ; raccourcissez-le ou joignez-le en fichier.`,
  });
}

function refused(code: ErrorCode, safe: Text): Error {
  return invalid(code, safe);
}
