// What a passphrase is worth, roughly and honestly: how many guesses somebody with a list of words would need. It does
// not refuse anything but what the node refuses (its length); it only says so in words.
import { PASSPHRASE_CHARS_MIN } from '#protocol/limits.ts';

export type Strength = 'empty' | 'short' | 'weak' | 'fair' | 'good';

/** A word that people choose comes from a list of some thousand. */
const BITS_A_WORD = 11;
/** A letter that people choose, given those before it. */
const BITS_A_CHARACTER = 2.5;
/** A digit or sign in an unusual place adds a little. */
const BITS_A_KIND = 4;
/** Below: days on one graphics card, against argon2id. Above: more than a lifetime. */
const FAIR_BITS = 33;
const GOOD_BITS = 44;
/** What everybody tries first, in the languages of the app. */
const FIRST_TRIED =
  /password|passwort|motdepasse|mot de passe|passphrase|azerty|qwerty|qwertz|letmein|bonjour|iloveyou|jetaime|admin|o-?red|welcome/g;

/** Judges a passphrase. */
export function strengthOf(passphrase: string): Strength {
  if (passphrase === '') return 'empty';
  if (passphrase.length < PASSPHRASE_CHARS_MIN) return 'short';
  const bits = bitsOf(passphrase.normalize('NFKC').toLowerCase());
  if (bits < FAIR_BITS) return 'weak';
  return bits < GOOD_BITS ? 'fair' : 'good';
}

function bitsOf(text: string): number {
  const rest = text.replaceAll(FIRST_TRIED, 'x');
  const characters = surprising(rest);
  const words = new Set(rest.split(/[^\p{L}]+/u).filter((word) => surprising(word) >= 3)).size;
  const kinds = [/\p{N}/u, /[^\p{L}\p{N}\s]/u].filter((kind) => kind.test(rest)).length;
  const byCharacter = characters * BITS_A_CHARACTER + kinds * BITS_A_KIND;
  // Words count as words only where there are several: one long word is in every list.
  return words >= 3 ? Math.min(words * BITS_A_WORD + kinds * BITS_A_KIND, characters * 5) : byCharacter;
}

/** Characters that neither repeat nor continue the one before (aaaa, 1234, dcba). */
function surprising(text: string): number {
  let count = 0;
  let before = -2;
  let step = Number.NaN;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const difference = code - before;
    if (Math.abs(difference) > 1 || difference !== step) count += 1;
    step = difference;
    before = code;
  }
  return count;
}
