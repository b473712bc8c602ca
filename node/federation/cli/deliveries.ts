// `ored deliveries`: why somebody does not see something, in words, and what can be done about it.
// It lists what has not arrived; the whole ledger, in its own words, is `ored outbox`.
import { defineCommand, type Argument, type Command, type CommandContext } from '#kernel/command.ts';
import { readPages } from '#kernel/paging.ts';
import type { Text } from '#protocol/errors.ts';
import * as api from '../api.ts';
import type { Delivery, LedgerEntry } from '../api.ts';

/** What waits or has ended without arriving, what needs the owner first. */
const missing = ['refused', 'expired', 'queued', 'sent', 'held', 'relayed'] as const;
/** Of each state: more are too many to read, and `ored outbox --state` gives them all. */
const SHOWN_MAX = 200;

const words: Readonly<Record<LedgerEntry['state'], Text>> = {
  queued: { en: 'waits to leave', fr: 'attend de partir' },
  sent: { en: 'on its way', fr: 'en route' },
  relayed: { en: 'waits for them at the registry', fr: 'l’attend au registre' },
  held: { en: 'arrived, waits for what comes before it', fr: 'arrivé, attend ce qui le précède' },
  accepted: { en: 'arrived', fr: 'arrivé' },
  refused: { en: 'refused', fr: 'refusé' },
  expired: { en: 'given up', fr: 'abandonné' },
  cancelled: { en: 'not sent', fr: 'pas envoyé' },
};

const list = defineCommand({
  path: 'deliveries',
  about: {
    en: 'Show what has not arrived, for whom, and why',
    fr: 'Montrer ce qui n’est pas arrivé, pour qui et pourquoi',
  },
  examples: [
    'ored deliveries',
    'ored deliveries --json',
    'ored deliveries --item orf://Qm.../post/01890000-0000-7000-8000-000000000001',
  ],
  options: [
    {
      flags: '--item <address>',
      about: {
        en: 'One of your posts or messages, with each who was told of it',
        fr: 'Une de vos publications ou un de vos messages, avec chaque destinataire',
      },
    },
  ],
  async run(context, _args, { item }) {
    const found =
      typeof item === 'string'
        ? await readPages((page) => context.call(api.listDeliveries, { query: { ...page, item } }))
        : await missingOnes(context);
    const none = context.say({ en: 'Everything has arrived.', fr: 'Tout est arrivé.' });
    return {
      json: found,
      text: found.length === 0 ? none : found.map((one) => lines(context, one)).join('\n'),
    };
  },
});

const id: Argument = {
  name: 'id',
  about: { en: 'Id of the message, as the list shows it', fr: 'Identifiant du message, comme dans la liste' },
};

const retry = defineCommand({
  path: 'deliveries retry',
  about: {
    en: 'Try a message now, or send it anew where that is possible',
    fr: 'Essayer un message maintenant, ou le renvoyer si c’est possible',
  },
  examples: ['ored deliveries retry 01890000-0000-7000-8000-000000000001'],
  args: [id],
  async run(context, args) {
    await context.call(api.retryOutbox, { params: { id: args['id'] ?? '' } });
    return {
      json: { id: args['id'] ?? '', done: 'retry' },
      text: context.say({ en: 'It is tried again.', fr: 'Un nouvel essai est en cours.' }),
    };
  },
});

const cancel = defineCommand({
  path: 'deliveries cancel',
  about: {
    en: 'Do not send a message that has not left yet',
    fr: 'Ne pas envoyer un message qui n’est pas encore parti',
  },
  examples: ['ored deliveries cancel 01890000-0000-7000-8000-000000000001'],
  args: [id],
  async run(context, args) {
    await context.call(api.cancelOutbox, { params: { id: args['id'] ?? '' } });
    return {
      json: { id: args['id'] ?? '', done: 'cancel' },
      text: context.say({ en: 'It is not sent any more.', fr: 'Il n’est plus envoyé.' }),
    };
  },
});

export const commands: readonly Command[] = [list, retry, cancel];

async function missingOnes(context: CommandContext): Promise<LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  for (const state of missing) {
    found.push(
      ...(await readPages((page) => context.call(api.listOutbox, { query: { ...page, state } }), SHOWN_MAX)),
    );
  }
  return found;
}

/** Two lines for people: who and where it stands, then why and when it goes on. */
function lines(context: CommandContext, one: LedgerEntry | Delivery): string {
  const { to, type, state, why, attempts, next_try_at: next, updated_at } = one;
  const item = 'item' in one && one.item !== null ? `  ${one.item}` : '';
  const tried = attempts === 0 ? '' : `, ${attempts}×`;
  const again = next === null ? '' : context.say({ en: `Next try: ${next}`, fr: `Prochain essai : ${next}` });
  const about = [why ?? '', again].filter((part) => part !== '').join(' ');
  const head = `${to.username || to.node_id}  ${type}  ${context.say(words[state])}${tried}  ${updated_at}`;
  return [head, ...(about === '' ? [] : [`    ${about}`]), `    ${one.id}${item}`].join('\n');
}
