// `ored outbox` and `ored peers`: where what was sent stands, and with whom this node exchanges messages.
// Runs in a process of its own and reads the ledger over the local socket, page by page.
import { defineCommand, type Command, type CommandContext } from '#kernel/command.ts';
import { AppError } from '#protocol/errors.ts';
import * as api from './api.ts';
import type { LedgerEntry } from './api.ts';
import { commands as deliveries } from './cli/deliveries.ts';

const states = ['queued', 'sent', 'relayed', 'held', 'accepted', 'refused', 'expired', 'cancelled'] as const;

const outbox = defineCommand({
  path: 'outbox',
  about: {
    en: 'Show the delivery ledger: every message sent, to whom, and where it stands',
    fr: 'Montrer le registre des envois : chaque message, son destinataire et son état',
  },
  examples: ['ored outbox', 'ored outbox --state queued', 'ored outbox --limit 20 --json'],
  options: [
    {
      flags: '--state <state>',
      about: { en: 'Only messages in this state', fr: 'Seulement les messages dans cet état' },
      choices: states,
    },
    { flags: '--limit <n>', about: { en: 'At most this many', fr: 'Au plus ce nombre' } },
  ],
  async run(context, _args, options) {
    const limit = limitOf(options['limit']);
    const state = states.find((known) => known === options['state']);
    const items = await pages(limit, async (cursor, size) =>
      context.call(api.listOutbox, {
        query: {
          limit: size,
          ...(state === undefined ? {} : { state }),
          ...(cursor === null ? {} : { cursor }),
        },
      }),
    );
    return {
      // The members that scripts were promised; `ored deliveries` tells more.
      json: items.map(({ id, type, to, state, reason, attempts, updated_at }) => ({
        id,
        type,
        to,
        state,
        ...(reason === undefined ? {} : { reason }),
        attempts,
        updated_at,
      })),
      text: ledgerText(context, items),
    };
  },
});

const peers = defineCommand({
  path: 'peers',
  about: {
    en: 'Show the nodes that this one has exchanged messages with',
    fr: 'Montrer les nœuds avec lesquels celui-ci a échangé des messages',
  },
  examples: ['ored peers'],
  options: [{ flags: '--limit <n>', about: { en: 'At most this many', fr: 'Au plus ce nombre' } }],
  async run(context, _args, options) {
    const items = await pages(limitOf(options['limit']), async (cursor, size) =>
      context.call(api.listPeers, { query: { limit: size, ...(cursor === null ? {} : { cursor }) } }),
    );
    const lines = items.map(
      ({ node_id, username, standing, last_ok_at, parted }) =>
        `${username.padEnd(20)} ${standing.padEnd(9)} ${last_ok_at ?? '-'}  ${node_id}${partedText(context, parted)}`,
    );
    const none = context.say({
      en: 'No messages were exchanged yet.',
      fr: "Aucun message n'a encore été échangé.",
    });
    return { json: items, text: lines.length === 0 ? none : lines.join('\n') };
  },
});

export const commands: readonly Command[] = [outbox, ...deliveries, peers];

async function pages<Item>(
  limit: number,
  fetch: (cursor: string | null, size: number) => Promise<{ items: Item[]; next_cursor: string | null }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Item[]; next_cursor: string | null } = await fetch(
      cursor,
      Math.min(api.PAGE_MAX, limit - all.length),
    );
    all.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && all.length < limit);
  return all;
}

function limitOf(option: string | boolean | undefined): number {
  if (option === undefined) return Number.MAX_SAFE_INTEGER;
  const limit = Number(option);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new AppError({
    category: 'invalid',
    code: 'cli/usage',
    safe: {
      en: '--limit takes a whole number above 0.',
      fr: '--limit attend un nombre entier supérieur à 0.',
    },
  });
}

function partedText(context: CommandContext, parted: { seq: number; at: string } | null): string {
  if (parted === null) return '';
  const { seq, at } = parted;
  return context.say({
    en: `\n    ${at}: it has received other messages than this node sent (at seq ${seq}). One of the two was restored, or runs twice. New messages arrive; ask the owner what is missing.`,
    fr: `\n    ${at} : il a reçu d'autres messages que ceux que ce nœud a envoyés (à seq ${seq}). L'un des deux a été restauré, ou tourne en double. Les nouveaux messages arrivent ; demandez à son propriétaire ce qui manque.`,
  });
}

function ledgerText(context: CommandContext, items: readonly LedgerEntry[]): string {
  if (items.length === 0) {
    return context.say({ en: 'Nothing has been sent yet.', fr: "Rien n'a encore été envoyé." });
  }
  return items
    .map(({ id, type, to, state, reason, updated_at }) => {
      const why = reason === undefined ? '' : ` (${reason})`;
      return `${updated_at}  ${state.padEnd(9)} ${type.padEnd(16)} ${to.username || to.node_id}${why}  ${id}`;
    })
    .join('\n');
}
