// Options that several commands take, read the same way everywhere.
// Refuses with exit code 2, in the person’s language; it knows no area.
import { invalid } from '#protocol/errors.ts';

/** `--limit`: undefined when absent. @throws cli/usage for anything but a whole number from 1 */
export function parseLimit(option: string | boolean | undefined): number | undefined {
  if (option === undefined) return undefined;
  const limit = typeof option === 'string' && /^[0-9]{1,9}$/.test(option) ? Number(option) : 0;
  if (limit >= 1) return limit;
  throw invalid('cli/usage', {
    en: '--limit takes a whole number from 1.',
    fr: '--limit attend un nombre entier à partir de 1.',
  });
}
