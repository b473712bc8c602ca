// Commands about posts: `ored post`, `ored feed`, `ored show`, and changing what was posted.
// They run in another process and only call the contract; nothing is decided here.
import { defineCommand, type Argument, type Command, type CommandContext } from '#kernel/command.ts';
import { parseLimit } from '#kernel/command-input.ts';
import { readPages } from '#kernel/paging.ts';
import { invalid } from '#protocol/errors.ts';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { z } from 'zod';
import {
  createPost,
  deletePost,
  editPost,
  react,
  readFeed,
  readThread,
  uploadFile,
  type postSchema,
} from './api.ts';

type Post = z.output<typeof postSchema>;

const which: Argument = {
  name: 'id',
  about: {
    en: 'Id or address (orf://...) of a post',
    fr: 'Identifiant ou adresse (orf://...) d’une publication',
  },
};
const visibilityOption = {
  flags: '--visibility <v>',
  about: {
    en: 'Who may read it: public, friends (default) or private',
    fr: 'Qui peut la lire : public, friends (amis, par défaut) ou private (vous seul)',
  },
  choices: ['public', 'friends', 'private'],
} as const;

const warningOption = {
  flags: '--warning <line>',
  about: {
    en: 'Stands before the post, which is folded behind it',
    fr: 'Un avertissement, derrière lequel la publication est repliée',
  },
} as const;

function isVisibility(value: unknown): value is Post['visibility'] {
  return value === 'public' || value === 'friends' || value === 'private';
}

const post = defineCommand({
  path: 'post',
  about: { en: 'Post something', fr: 'Publier quelque chose' },
  examples: [
    'ored post "The apples are ripe"',
    'ored post "Voici le jardin" --media garden.jpg --visibility public',
    'ored post "Bravo !" --reply-to 0199...',
    'cat letter.txt | ored post',
  ],
  args: [
    {
      name: 'text',
      about: { en: 'What you say', fr: 'Ce que vous dites' },
      variadic: true,
      stdin: true,
      optional: true,
    },
  ],
  options: [
    visibilityOption,
    warningOption,
    {
      flags: '--media <file>',
      about: { en: 'A picture, sound, film or file', fr: 'Une image, un son, un film ou un fichier' },
    },
    {
      flags: '--reply-to <id>',
      about: { en: 'The post that you answer', fr: 'La publication à laquelle vous répondez' },
    },
  ],
  async run(context, args, options) {
    const { visibility, warning, media: file, replyTo } = options;
    if (typeof file === 'string' && !existsSync(file)) throw noFile(file);
    const uploaded =
      typeof file === 'string' ? [await context.upload(uploadFile, file, { name: basename(file) })] : [];
    const made = await context.call(createPost, {
      body: {
        text: args['text'] ?? '',
        ...(isVisibility(visibility) ? { visibility } : {}),
        ...(typeof warning === 'string' ? { warning } : {}),
        ...(uploaded.length === 0 ? {} : { media: uploaded.map(({ id }) => id) }),
        ...(typeof replyTo === 'string' ? { reply_to: replyTo } : {}),
      },
    });
    const text = { en: `Posted: ${made.uri}`, fr: `Publié : ${made.uri}` };
    return { json: { id: made.id, uri: made.uri }, text: context.say(text) };
  },
});

const feed = defineCommand({
  path: 'feed',
  about: {
    en: 'Read what you and those you read have posted, newest first',
    fr: 'Lire ce que vous et les vôtres avez publié, le plus récent d’abord',
  },
  examples: ['ored feed', 'ored feed --limit 20'],
  options: [{ flags: '--limit <n>', about: { en: 'Show at most n', fr: 'Montrer au plus n publications' } }],
  async run(context, _args, options) {
    const items = await readPages(
      (page) => context.call(readFeed, { query: page }),
      parseLimit(options['limit']),
    );
    const nothing = context.say({ en: 'Nothing yet.', fr: 'Rien encore.' });
    return {
      json: items,
      text: items.length === 0 ? nothing : items.map((item) => lines(context, item)).join('\n\n'),
    };
  },
});

const show = defineCommand({
  path: 'show',
  about: { en: 'Read one post with its answers', fr: 'Lire une publication et ses réponses' },
  examples: ['ored show 0199...', 'ored show orf://Qm.../post/0199...'],
  args: [which],
  async run(context, args) {
    const thread = await context.call(readThread, { params: { id: args['id'] ?? '' } });
    const reactions = thread.reactions.map(({ author, value }) => `${value} ${author.username}`).join('  ');
    const parts = [
      lines(context, thread),
      reactions,
      ...thread.replies.map((reply) => lines(context, reply)),
    ];
    return { json: thread, text: parts.filter((part) => part !== '').join('\n\n') };
  },
});

const edit = defineCommand({
  path: 'edit',
  about: { en: 'Change one of your posts', fr: 'Modifier une de vos publications' },
  examples: ['ored edit 0199... "The apples are ripe now"'],
  args: [
    which,
    {
      name: 'text',
      about: { en: 'The new text', fr: 'Le nouveau texte' },
      variadic: true,
      stdin: true,
      optional: true,
    },
  ],
  options: [visibilityOption, warningOption],
  async run(context, args, options) {
    const { visibility, warning } = options;
    const text = args['text'];
    const changed = await context.call(editPost, {
      params: { id: args['id'] ?? '' },
      body: {
        ...(text === undefined ? {} : { text }),
        ...(typeof warning === 'string' ? { warning } : {}),
        ...(isVisibility(visibility) ? { visibility } : {}),
      },
    });
    const done = { en: `Changed: version ${changed.version}`, fr: `Modifié : version ${changed.version}` };
    return { json: changed, text: context.say(done) };
  },
});

const remove = defineCommand({
  path: 'delete',
  about: {
    en: 'Delete one of your posts everywhere, or an answer to one of them here',
    fr: 'Supprimer partout une de vos publications, ou ici une réponse à l’une d’elles',
  },
  examples: ['ored delete 0199...'],
  args: [which],
  async run(context, args) {
    const id = args['id'] ?? '';
    await context.call(deletePost, { params: { id } });
    return { json: { id, deleted: true }, text: context.say({ en: 'Deleted.', fr: 'Supprimé.' }) };
  },
});

const reaction = defineCommand({
  path: 'react',
  about: { en: 'React to a post with an emoji', fr: 'Réagir à une publication par un émoji' },
  examples: ['ored react 0199... 🍎', 'ored react 0199... --none'],
  args: [which, { name: 'emoji', about: { en: 'One emoji', fr: 'Un émoji' }, optional: true }],
  options: [{ flags: '--none', about: { en: 'Take your reaction back', fr: 'Retirer votre réaction' } }],
  async run(context, args, options) {
    const id = args['id'] ?? '';
    const value = options['none'] === true ? null : (args['emoji'] ?? '');
    await context.call(react, { params: { id }, body: { value } });
    return {
      json: { id, reaction: value },
      text: value ?? context.say({ en: 'Taken back.', fr: 'Retiré.' }),
    };
  },
});

export const commands: Command[] = [post, feed, show, edit, remove, reaction];

function noFile(file: string): Error {
  return invalid('cli/no-file', {
    en: `There is no file "${file}". Nothing was posted.`,
    fr: `Il n'y a pas de fichier « ${file} ». Rien n'a été publié.`,
  });
}

function lines(context: CommandContext, item: Post): string {
  const { author, created_at, text, warning, media, visibility, state, id } = item;
  const waiting = context.say({
    en: `(waiting for ${author.username}'s node)`,
    fr: `(en attente du nœud de ${author.username})`,
  });
  const files = media.map(({ name, type }) => `[${name ?? type}]`).join(' ');
  return [
    `${author.display_name || author.username} (${author.username})  ${created_at.slice(0, 16).replace('T', ' ')}  ${visibility}`,
    ...[warning === null ? '' : `⚠ ${warning}`, state === 'waiting' ? waiting : text, files].filter(
      (part) => part !== '',
    ),
    id,
  ].join('\n');
}
