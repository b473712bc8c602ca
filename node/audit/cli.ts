// `ored log`: what happened on this node, oldest first, and as it happens with -f.
// Speaks to the running node only; it never opens the database.
import { AppError } from '#protocol/errors.ts';
import { defineCommand, exitCodes, type Command, type CommandContext } from '#kernel/command.ts';
import { listAuditRoute, verifyAuditRoute, type EntryView } from './api.ts';
import { LIST_LIMIT_MAX, WAIT_S_MAX } from './model.ts';

const SHOWN_BY_DEFAULT = 50;
const SHOWN_MAX = 100_000;

const logCommand = defineCommand({
  path: 'log',
  about: {
    en: 'Show what happened on this node: sign-ins, changes, refusals',
    fr: "Montrer ce qui s'est passé sur ce nœud : connexions, changements, refus",
  },
  examples: ['ored log', 'ored log --limit 200', 'ored log -f', 'ored log --verify'],
  options: [
    {
      flags: '--limit <n>',
      about: { en: 'How many of the newest entries', fr: 'Combien des entrées les plus récentes' },
    },
    {
      flags: '-f, --follow',
      about: { en: 'Go on showing new entries', fr: 'Continuer avec les nouvelles entrées' },
    },
    {
      flags: '--verify',
      about: { en: 'Check that no entry was changed', fr: "Vérifier qu'aucune entrée n'a été modifiée" },
    },
  ],
  async run(context, _args, options) {
    if (options.verify === true) return verify(context);
    const entries = await newest(context, parseLimit(options.limit));
    if (options.follow === true) return follow(context, entries);
    return { json: entries, text: entries.map(line).join('\n') };
  },
});

async function verify(context: CommandContext): Promise<Awaited<ReturnType<Command['run']>>> {
  const result = await context.call(verifyAuditRoute, {});
  const text = result.ok
    ? context.say({
        en: `The trail holds: ${result.entries} entries, none changed.`,
        fr: `Le journal est intact : ${result.entries} entrées, aucune modifiée.`,
      })
    : context.say({
        en: `The trail is broken at entry ${result.broken_at ?? 0}: it was changed or cut there. Keep a copy of the data folder and compare with a backup.`,
        fr: `Le journal est rompu à l'entrée ${result.broken_at ?? 0} : il a été modifié ou coupé là. Gardez une copie du dossier de données et comparez avec une sauvegarde.`,
      });
  return { json: result, text, exit: result.ok ? exitCodes.ok : exitCodes.degraded };
}

/** The newest entries, oldest of them first. */
async function newest(context: CommandContext, wanted: number): Promise<EntryView[]> {
  const entries: EntryView[] = [];
  let cursor: number | undefined;
  while (entries.length < wanted) {
    const limit = Math.min(LIST_LIMIT_MAX, wanted - entries.length);
    const page = await context.call(listAuditRoute, {
      query: { limit, ...(cursor === undefined ? {} : { cursor }) },
    });
    entries.push(...page.items);
    if (page.next_cursor === null) break;
    cursor = page.next_cursor;
  }
  return entries.reverse();
}

/** Prints until the program is stopped or the node ends. */
async function follow(
  context: CommandContext,
  entries: readonly EntryView[],
): Promise<Awaited<ReturnType<Command['run']>>> {
  const show = (entry: EntryView): Promise<void> =>
    context.print(context.json ? JSON.stringify(entry) : line(entry));
  for (const entry of entries) await show(entry);
  let after = entries.at(-1)?.seq ?? 0;
  for (;;) {
    const query = { after, limit: LIST_LIMIT_MAX, wait_s: WAIT_S_MAX };
    const page = await context.call(listAuditRoute, { query });
    for (const entry of page.items) await show(entry);
    after = page.next_cursor ?? after;
  }
}

function line({ at, type, actor, subject, detail }: EntryView): string {
  const extra = Object.keys(detail).length === 0 ? '' : `  ${JSON.stringify(detail)}`;
  return `${at}  ${type}  ${actor}  ${subject}${extra}`;
}

function parseLimit(value: string | boolean | undefined): number {
  if (value === undefined) return SHOWN_BY_DEFAULT;
  const limit = Number(value);
  if (Number.isInteger(limit) && limit >= 1 && limit <= SHOWN_MAX) return limit;
  throw new AppError({
    category: 'invalid',
    code: 'cli/usage',
    safe: {
      en: `--limit takes a number from 1 to ${SHOWN_MAX}.`,
      fr: `--limit prend un nombre de 1 à ${SHOWN_MAX}.`,
    },
  });
}

export const commands: readonly Command[] = [logCommand];
