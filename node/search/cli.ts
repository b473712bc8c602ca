// The command `ored search`.
// It runs in another process and only calls the contract.
import { defineCommand, type Command } from '#kernel/command.ts';
import { readPages } from '#kernel/paging.ts';
import { parseLimit } from '#kernel/command-input.ts';
import { searchRoute } from './api.ts';

export const commands: Command[] = [
  defineCommand({
    path: 'search',
    about: {
      en: 'Find posts and messages that you may see by their words',
      fr: 'Trouver par leurs mots les publications et messages que vous pouvez voir',
    },
    examples: ['ored search "pommes de terre"', 'ored search garden --limit 5'],
    args: [
      {
        name: 'text',
        about: { en: 'Words to look for', fr: 'Mots à chercher' },
        variadic: true,
        stdin: true,
      },
    ],
    options: [
      { flags: '--limit <n>', about: { en: 'Show at most n', fr: 'Montrer au plus n résultats' } },
      {
        flags: '--kind <kind>',
        about: { en: 'Only posts or only messages', fr: 'Seulement publications ou messages' },
        choices: ['post', 'message'],
      },
    ],
    async run(context, args, options) {
      const kind = typeof options['kind'] === 'string' ? { kind: options['kind'] } : {};
      const items = await readPages(
        (page) => context.call(searchRoute, { query: { q: args['text'] ?? '', ...kind, ...page } }),
        parseLimit(options['limit']),
      );
      const lines = items.map(
        (item) => `${item.created_at.slice(0, 16).replace('T', ' ')}  ${item.author.username}: ${item.text}`,
      );
      const nothing = context.say({ en: 'Nothing found.', fr: 'Rien trouvé.' });
      return { json: items, text: lines.length === 0 ? nothing : lines.join('\n') };
    },
  }),
];
