// Commander's complaints, in the person's language, with the next step. Every one becomes an AppError `cli/usage`,
// so that a mistake in typing ends like any other failure: one sentence, one code, exit 2.
import { AppError, type Text } from '#protocol/errors.ts';
import type { CommanderError } from 'commander';

/** A mistake in how the command was written. */
export function usageError(safe: Text, cause?: unknown): AppError {
  return new AppError({ category: 'invalid', code: 'cli/usage', safe, cause });
}

/** The same complaint as an AppError `cli/usage`. */
export function usageErrorOf(error: CommanderError): AppError {
  const [what = '', ...rest] = [...error.message.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '');
  const close = /\(Did you mean (?:one of )?(.+)\?\)/.exec(error.message)?.[1];
  const hint: Text =
    close === undefined
      ? { en: 'See "ored --help".', fr: 'Voir « ored --help ».' }
      : { en: `Did you mean ${close}?`, fr: `Vouliez-vous dire ${close} ?` };
  const sentence = (en: string, fr: string): AppError =>
    usageError({ en: `${en} ${hint.en}`, fr: `${fr} ${hint.fr}` }, error);
  switch (error.code) {
    case 'commander.help':
      return usageError(
        {
          en: 'A command is missing. See "ored --help".',
          fr: 'Il manque une commande. Voir « ored --help ».',
        },
        error,
      );
    case 'commander.unknownCommand':
      return sentence(`There is no command "${what}".`, `Il n'y a pas de commande « ${what} ».`);
    case 'commander.unknownOption':
      return sentence(
        `There is no option "${what}" here. After "--", words that begin with a dash are text.`,
        `Il n'y a pas d'option « ${what} » ici. Après « -- », les mots qui commencent par un tiret sont du texte.`,
      );
    case 'commander.missingArgument':
      return sentence(`"${what}" is missing.`, `Il manque « ${what} ».`);
    case 'commander.optionMissingArgument':
      return sentence(`The option "${what}" needs a value.`, `L'option « ${what} » demande une valeur.`);
    case 'commander.excessArguments':
      return sentence(
        'There are too many words. A text of several words stands in quotes.',
        'Il y a trop de mots. Un texte de plusieurs mots se met entre guillemets.',
      );
    case 'commander.invalidArgument': {
      const choices = /Allowed choices are (.+)\./.exec(error.message)?.[1] ?? '';
      return sentence(
        `"${rest[0] ?? ''}" does not fit "${what}". ${choices}`,
        `« ${rest[0] ?? ''} » ne convient pas à « ${what} ». ${choices}`,
      );
    }
    default:
      return sentence(error.message, error.message);
  }
}
