// The language of the person at the terminal, as POSIX names it: LC_ALL, then LC_MESSAGES, then LANG (XBD 8.2).
// Every value has an answer: what is neither French nor English is answered in English.
import type { Text } from '#protocol/errors.ts';

/** French where the environment says so, otherwise English. */
export function languageOfEnv(env: Readonly<Record<string, string | undefined>>): keyof Text {
  const chosen = [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value !== undefined && value !== '');
  return /^fr([_.@-]|$)/i.test(chosen ?? '') ? 'fr' : 'en';
}
