// A full disk, told in one way wherever it is met: in the database, in files of the vault, in a command. It is no
// fault of the program: what was asked for is refused whole, reading goes on, and nothing that was stored is touched.
import { AppError } from '#protocol/errors.ts';

const codes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

/** Whether this failure, or what it was met by while it was cleaned up after, says that the disk or a quota is full. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof SuppressedError) return isDiskFull(error.error) || isDiskFull(error.suppressed);
  return error instanceof Error && 'code' in error && codes.has(error.code);
}

/** What a running node says: it goes on by itself. */
export function diskFull(cause: unknown): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'db/disk-full',
    safe: {
      en: 'The disk is full: this was not stored, nothing older was lost. Free some space; the node goes on by itself.',
      fr: "Le disque est plein : ceci n'a pas été enregistré, rien d'ancien n'est perdu. Libérez de l'espace ; le nœud reprendra seul.",
    },
    cause,
    retryAfterS: 60,
  });
}

/** What a command says that cannot do its own work: it is to be run again. */
export function diskFullForCommand(cause: unknown): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'db/disk-full',
    safe: {
      en: 'The disk is full, so this was not done. What was stored before is kept. Free some space, then run the command again.',
      fr: "Le disque est plein : la commande n'a pas abouti. Ce qui était enregistré est conservé. Libérez de l'espace, puis relancez la commande.",
    },
    cause,
  });
}
