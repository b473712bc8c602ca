// Names that people choose: usernames (one spelling, ASCII, unique by how they look) and display names (any script,
// nothing that lies about where text begins or ends). docs/protocol.md "Names", docs/security.md L5, R2.
// Refuses instead of repairing, except for white space and Unicode composition, which nobody types on purpose.
import { AppError, type ErrorCode, type Text, invalid } from './errors.ts';
import { COMBINING_MARKS_MAX, DISPLAY_NAME_CHARS_MAX, DISPLAY_NAME_GRAPHEMES_MAX } from './limits.ts';
import { USERNAME_SYNTAX } from './wire/party.ts';

declare const brand: unique symbol;
/** `[a-z0-9][a-z0-9_-]{1,30}[a-z0-9]` */
export type Username = string & { readonly [brand]: 'Username' };

/** Names that would speak for the system, for O-Red or for nobody; compared by skeleton. */
const RESERVED = `
  abuse admin administrateur administrator aide all anonyme anonymous api assistance bot contact daemon
  deleted equipe everyone federation help hostmaster info inconnu invalid localhost mailer-daemon me
  moderateur moderation moderator node nobody noreply no-reply null o-red ored official officiel operator
  owner postmaster privacy public recovery registre registry relay root securite security server serveur
  staff status support sysadmin system systeme team test tous undefined unknown user webmaster well-known
  www
`
  .trim()
  .split(/\s+/);

/** Digits that pass for letters at a glance. Each digit has a letter of its own, so that two years stay two names. */
const LOOK_ALIKE: ReadonlyMap<string, string> = new Map(
  Object.entries({ 0: 'o', 1: 'l', i: 'l', 2: 'z', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b', 9: 'g' }),
);

/** The username in its one spelling. @throws names/not-ascii, names/upper-case, names/username */
export function parseUsername(text: string): Username {
  if (USERNAME_SYNTAX.test(text)) return text as Username;
  if (/\P{ASCII}/u.test(text)) {
    throw invalid('names/not-ascii', {
      en: 'A username uses only the letters a to z without accents, digits, - and _. Your display name may use any script.',
      fr: "Un nom d'utilisateur n'emploie que les lettres a à z sans accent, les chiffres, - et _. Votre nom affiché peut employer toute écriture.",
    });
  }
  if (USERNAME_SYNTAX.test(text.toLowerCase())) {
    throw invalid('names/upper-case', {
      en: `A username is written in lower case: ${text.toLowerCase()}`,
      fr: `Un nom d'utilisateur s'écrit en minuscules : ${text.toLowerCase()}`,
    });
  }
  throw invalid('names/username', {
    en: 'A username has 3 to 32 characters: letters a to z, digits, - and _; it begins and ends with a letter or a digit.',
    fr: "Un nom d'utilisateur compte de 3 à 32 caractères : lettres a à z, chiffres, - et _ ; il commence et finit par une lettre ou un chiffre.",
  });
}

/** A username that a person may choose. @throws names/reserved, and those of `parseUsername` */
export function parseNewUsername(text: string): Username {
  const username = parseUsername(text);
  if (!isReservedUsername(username)) return username;
  throw new AppError({
    category: 'conflict',
    code: 'names/reserved',
    safe: {
      en: `The username ${text} is reserved, or looks like one that is. Please choose another.`,
      fr: `Le nom d'utilisateur ${text} est réservé, ou ressemble à un nom réservé. Choisissez-en un autre.`,
    },
  });
}

/**
 * What a username looks like: two names with one skeleton may not both be given out. Any text is accepted, so that a
 * search term can be compared too.
 */
export function usernameSkeleton(text: string): string {
  let out = '';
  for (const character of text.normalize('NFKC').toLowerCase()) {
    if (character !== '-' && character !== '_') out += LOOK_ALIKE.get(character) ?? character;
  }
  return out.replaceAll('rn', 'm').replaceAll('vv', 'w');
}

const reservedSkeletons = new Set(RESERVED.map(usernameSkeleton));

/** Whether a username speaks for the system, or looks like one that does. */
export function isReservedUsername(username: string): boolean {
  return reservedSkeletons.has(usernameSkeleton(username));
}

// Bidirectional controls, with the marks: they reorder what stands around the name (CVE-2021-42574).
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
// Controls, format characters but the joiners that scripts and emoji need, surrogates, private use, unassigned, line
// and paragraph separators, and the blank letters that pass for a name of nothing.
const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|(?![\u200c\u200d])\p{Cf}/u;
const MARKS = new RegExp(`\\p{M}{${COMBINING_MARKS_MAX + 1}}`, 'u');
const STRAY_JOINER = /(?:^|[\s\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?:\s|$)/;
const VISIBLE = /[\p{L}\p{N}\p{S}\p{P}]/u;

/**
 * A display name as it is stored and shown: NFC, runs of white space as one space, none at the ends.
 * @throws names/display-too-long, names/display-bidi, names/display-control, names/display-marks, names/display-empty
 */
export function cleanDisplayName(text: string): string {
  // Before any work on it: a name of 10 MB costs nothing.
  if (text.length > DISPLAY_NAME_CHARS_MAX) throw tooLong();
  const name = text
    .normalize('NFC')
    .replace(/[ \t\n\r\u00a0\u2000-\u200a\u202f\u205f\u3000]+/g, ' ')
    .trim();
  if (BIDI.test(name)) {
    throw refused('names/display-bidi', {
      en: 'This name holds invisible characters that change the direction of writing. Please type it again without them.',
      fr: "Ce nom contient des caractères invisibles qui changent le sens de l'écriture. Retapez-le sans eux.",
    });
  }
  if (UNSEEN.test(name) || STRAY_JOINER.test(name)) {
    throw refused('names/display-control', {
      en: 'This name holds invisible or unknown characters. Please type it again without them.',
      fr: 'Ce nom contient des caractères invisibles ou inconnus. Retapez-le sans eux.',
    });
  }
  if (MARKS.test(name.normalize('NFD'))) {
    throw refused('names/display-marks', {
      en: `This name stacks more than ${COMBINING_MARKS_MAX} accents on one letter.`,
      fr: `Ce nom empile plus de ${COMBINING_MARKS_MAX} accents sur une lettre.`,
    });
  }
  if (name.length > DISPLAY_NAME_CHARS_MAX || graphemes(name) > DISPLAY_NAME_GRAPHEMES_MAX) throw tooLong();
  if (!VISIBLE.test(name)) {
    throw refused('names/display-empty', {
      en: 'A name cannot be empty.',
      fr: 'Un nom ne peut pas être vide.',
    });
  }
  return name;
}

/** Made at first use: it loads tables for 20 ms, which a start should not pay. */
let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): number {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  let count = 0;
  for (const _segment of segmenter.segment(text)) count += 1;
  return count;
}

function refused(code: ErrorCode, safe: Text): AppError {
  return invalid(code, safe);
}

function tooLong(): AppError {
  return refused('names/display-too-long', {
    en: `A name has at most ${DISPLAY_NAME_GRAPHEMES_MAX} characters.`,
    fr: `Un nom compte au plus ${DISPLAY_NAME_GRAPHEMES_MAX} caractères.`,
  });
}
