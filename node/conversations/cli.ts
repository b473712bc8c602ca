// `ored message ...` and `ored report`: private messages, requests from people who are no friends, complaints.
// They run in a process of their own and hold no server code; what they print is the contract with scripts.
import { defineCommand, type Argument, type Command, type CommandContext } from '#kernel/command.ts';
import { parseLimit } from '#kernel/command-input.ts';
import { readPages } from '#kernel/paging.ts';
import { invalid, type Text } from '#protocol/errors.ts';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as api from './api.ts';

const who: Argument = {
  name: 'who',
  about: {
    en: 'Username, username@host, node id or DID',
    fr: "Nom d'utilisateur, nom@hôte, identifiant de nœud ou DID",
  },
};

const send = defineCommand({
  path: 'message send',
  about: {
    en: 'Send a private message, readable by the two nodes only',
    fr: 'Envoyer un message privé, lisible par les deux nœuds seulement',
  },
  examples: [
    'ored message send bob "See you at eight?"',
    'ored message send bob - < letter.txt',
    'ored message send bob "The map" --file map.png',
  ],
  args: [who, { name: 'text', about: { en: 'The text', fr: 'Le texte' }, stdin: true }],
  options: [
    {
      flags: '--reply-to <id>',
      about: { en: 'The message that this answers', fr: 'Le message auquel celui-ci répond' },
    },
    {
      flags: '--file <path>',
      about: { en: 'A file that goes along; friends only', fr: 'Un fichier joint ; aux amis seulement' },
    },
  ],
  async run(context, args, options) {
    const { replyTo, file } = options;
    if (typeof file === 'string' && !existsSync(file)) throw noFile(file);
    const uploaded =
      typeof file === 'string'
        ? await context.upload(api.uploadFile, file, { name: basename(file) })
        : undefined;
    const message = await context.call(api.sendMessage, {
      body: {
        who: args['who'] ?? '',
        text: args['text'] ?? '',
        ...(typeof replyTo === 'string' ? { reply_to: replyTo } : {}),
        ...(uploaded === undefined ? {} : { files: [uploaded.id] }),
      },
    });
    const text = context.say({
      en: `Queued; it leaves at once, or as soon as their node can be reached. ${message.id}`,
      fr: `En file ; le message part aussitôt, ou dès que leur nœud est joignable. ${message.id}`,
    });
    return { json: message, text };
  },
});

const list = defineCommand({
  path: 'message list',
  about: {
    en: 'Show private messages in both directions, oldest first',
    fr: 'Montrer les messages privés dans les deux sens, du plus ancien au plus récent',
  },
  examples: ['ored message list', 'ored message list bob --limit 20'],
  args: [{ ...who, optional: true }],
  options: [
    {
      flags: '--limit <n>',
      about: { en: 'Only the newest so many', fr: 'Seulement les plus récents, ce nombre' },
    },
  ],
  async run(context, args, options) {
    const person = args['who'];
    const named = person === undefined ? {} : { who: person };
    const newestFirst = await readPages(
      (page) => context.call(api.listMessages, { query: { ...page, ...named } }),
      parseLimit(options['limit']),
    );
    const messages = newestFirst.toReversed();
    const none = context.say({ en: 'No messages yet.', fr: 'Aucun message encore.' });
    const lines = messages.map((message) => lineOf(context, message));
    return { json: messages, text: lines.length === 0 ? none : lines.join('\n') };
  },
});

const requests = defineCommand({
  path: 'message requests',
  about: {
    en: 'Show messages of people who are no friends, which wait for you',
    fr: 'Montrer les messages de personnes qui ne sont pas vos amis et attendent votre accord',
  },
  examples: ['ored message requests', 'ored message list NODE_ID'],
  async run(context) {
    const threads = await readPages((page) =>
      context.call(api.listThreads, { query: { ...page, status: 'request' } }),
    );
    const lines = threads.map(
      ({ username, node_id, unread, newest }) =>
        `${username}  ${node_id}  (${unread})  ${newest === null ? '' : shorten(newest.text)}`,
    );
    const none = context.say({ en: 'No request waits.', fr: 'Aucune demande en attente.' });
    return { json: threads, text: lines.length === 0 ? none : lines.join('\n') };
  },
});

/** A command that settles one person's request. */
function threadCommand(
  path: string,
  action: api.ThreadAction,
  about: Text,
  done: (name: string) => Text,
): Command {
  return defineCommand({
    path,
    about,
    examples: [`ored ${path} bob`],
    args: [who],
    async run(context, args) {
      const result = await context.call(api.changeThread, {
        params: { action },
        body: { who: args['who'] ?? '' },
      });
      return { json: result, text: context.say(done(result.username || result.node_id)) };
    },
  });
}

const report = defineCommand({
  path: 'report',
  about: {
    en: 'Keep a complaint about a person, a post or a message; it stays on your node and in your exports',
    fr: 'Garder une plainte sur une personne, une publication ou un message ; elle reste sur votre nœud et dans vos exports',
  },
  examples: ['ored report mallory "Sends insults every night"', 'ored report --list'],
  args: [
    {
      name: 'about',
      about: { en: 'A person, or the address of a post or message', fr: 'Une personne, ou une adresse' },
      optional: true,
    },
    { name: 'reason', about: { en: 'What happened', fr: 'Ce qui s’est passé' }, optional: true },
  ],
  options: [{ flags: '--list', about: { en: 'Show what you have reported', fr: 'Montrer vos plaintes' } }],
  async run(context, args) {
    const { about, reason } = args;
    if (about === undefined || reason === undefined) {
      const reports = await readPages((page) => context.call(api.listReports, { query: page }));
      const none = context.say({ en: 'You have reported nothing.', fr: "Vous n'avez rien signalé." });
      const lines = reports.map((one) => `${one.created_at}  ${one.about}  ${one.reason}`);
      return { json: reports, text: lines.length === 0 ? none : lines.join('\n') };
    }
    const kept = await context.call(api.createReport, { body: { about, reason } });
    const text = context.say({
      en: 'Kept. Nobody is told; block the person with "ored friends block" if nothing more shall come.',
      fr: 'Plainte gardée. Personne n’en est averti ; bloquez la personne avec « ored friends block » pour ne plus rien recevoir.',
    });
    return { json: kept, text };
  },
});

export const commands: readonly Command[] = [
  send,
  list,
  requests,
  threadCommand(
    'message accept',
    'accept',
    { en: 'Accept somebody’s message request', fr: 'Accepter la demande de message de quelqu’un' },
    (name) => ({ en: `You can now talk with ${name}.`, fr: `Vous pouvez maintenant échanger avec ${name}.` }),
  ),
  threadCommand(
    'message decline',
    'decline',
    { en: 'Decline somebody’s message request', fr: 'Refuser la demande de message de quelqu’un' },
    (name) => ({
      en: `Nothing more is taken from ${name} until you write to them.`,
      fr: `Plus rien n’est accepté de ${name} tant que vous ne lui écrivez pas.`,
    }),
  ),
  threadCommand(
    'message read',
    'read',
    { en: 'Mark a conversation as read', fr: 'Marquer une conversation comme lue' },
    (name) => ({ en: `Read: ${name}.`, fr: `Lu : ${name}.` }),
  ),
  threadCommand(
    'message leave',
    'leave',
    {
      en: 'Leave a conversation: their messages are refused, and their node learns it',
      fr: 'Quitter une conversation : ses messages sont refusés, et son nœud l’apprend',
    },
    (name) => ({
      en: `You have left the conversation with ${name}. Nothing is deleted; "ored message reopen" brings you back.`,
      fr: `Vous avez quitté la conversation avec ${name}. Rien n’est effacé ; « ored message reopen » vous y ramène.`,
    }),
  ),
  threadCommand(
    'message reopen',
    'reopen',
    { en: 'Come back to a conversation that you left', fr: 'Revenir dans une conversation quittée' },
    (name) => ({ en: `You are back with ${name}.`, fr: `Vous voilà de retour avec ${name}.` }),
  ),
  report,
];

function lineOf(context: CommandContext, message: api.ShownMessage): string {
  const { author, created_at, text, state, delivery, attachments = [] } = message;
  const shown =
    state === 'unreadable'
      ? context.say({
          en: '[cannot be read with the keys of this node]',
          fr: '[illisible avec les clés de ce nœud]',
        })
      : text;
  const files = attachments.map(({ name, type, size }) => ` [${name ?? type}, ${size} B]`).join('');
  const where = delivery === undefined || delivery === 'accepted' ? '' : `  (${delivery})`;
  return `${created_at}  ${author.username || author.node_id}: ${shown}${files}${where}`;
}

function noFile(file: string): Error {
  return invalid('cli/no-file', {
    en: `There is no file "${file}". Nothing was sent.`,
    fr: `Il n'y a pas de fichier « ${file} ». Rien n'a été envoyé.`,
  });
}

function shorten(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
