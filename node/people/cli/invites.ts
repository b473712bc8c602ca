// `ored invites`: links that make a friend of whoever comes with them. A link is a secret: it is printed for its
// owner, who may take it back.
import { defineCommand, type Command, type CommandContext } from '#kernel/command.ts';
import { invalid } from '#protocol/errors.ts';
import { createInvite, listInvites, revokeInvite, type ShownInvite } from '../api.ts';

const list = defineCommand({
  path: 'invites',
  about: { en: 'Show your invitations', fr: 'Montrer vos invitations' },
  examples: ['ored invites', 'ored invites --json'],
  async run(context) {
    const { items } = await context.call(listInvites, {});
    const none = context.say({
      en: 'No invitations. Try: ored invites create',
      fr: 'Aucune invitation. Essayez : ored invites create',
    });
    return {
      json: items,
      text: items.length === 0 ? none : items.map((one) => lines(context, one)).join('\n'),
    };
  },
});

const create = defineCommand({
  path: 'invites create',
  about: {
    en: 'Make a link that makes a friend of whoever comes with it',
    fr: 'Créer un lien qui fait un ami de qui vient avec',
  },
  examples: [
    'ored invites create',
    'ored invites create --note "Chorale" --uses 30 --days 14',
    'ored invites create --ask',
  ],
  options: [
    {
      flags: '--note <text>',
      about: { en: 'Whom it is for; nobody else sees it', fr: 'Pour qui ; personne d’autre ne le voit' },
    },
    { flags: '--uses <n>', about: { en: 'For so many people (1)', fr: 'Pour autant de personnes (1)' } },
    { flags: '--days <n>', about: { en: 'Good for so many days (7)', fr: 'Valable autant de jours (7)' } },
    {
      flags: '--ask',
      about: {
        en: 'Whoever comes asks, and you answer; else they are friends at once',
        fr: 'Qui vient demande, et vous répondez ; sinon vous êtes amis aussitôt',
      },
    },
  ],
  async run(context, _args, { note, uses, days, ask }) {
    const made = await context.call(createInvite, {
      body: {
        ...(typeof note === 'string' ? { note } : {}),
        ...(typeof uses === 'string' ? { uses: numberIn('--uses', uses) } : {}),
        ...(typeof days === 'string' ? { days: numberIn('--days', days) } : {}),
        accept: ask !== true,
      },
    });
    return {
      json: made,
      text: `${made.url}\n${context.say({
        en: 'Send this link to whom it is for, and to nobody else.',
        fr: 'Envoyez ce lien à qui il est destiné, et à personne d’autre.',
      })}${made.reach === 'everywhere' ? '' : `\n${context.say(nearOnly[made.reach])}`}`,
    };
  },
});

const revoke = defineCommand({
  path: 'invites revoke',
  about: {
    en: 'Take an invitation back; friends stay friends',
    fr: 'Retirer une invitation ; les amis le restent',
  },
  examples: ['ored invites revoke 01890000-0000-7000-8000-000000000001'],
  args: [
    {
      name: 'id',
      about: {
        en: 'Id of the invitation, as the list shows it',
        fr: 'Identifiant de l’invitation, comme dans la liste',
      },
    },
  ],
  async run(context, args) {
    const id = args['id'] ?? '';
    await context.call(revokeInvite, { params: { id } });
    return {
      json: { id, done: 'revoke' },
      text: context.say({
        en: 'The link is worth nothing any more.',
        fr: 'Le lien ne vaut plus rien.',
      }),
    };
  },
});

export const commands: readonly Command[] = [list, create, revoke];

const states = {
  open: { en: 'open', fr: 'ouverte' },
  used: { en: 'used up', fr: 'épuisée' },
  expired: { en: 'expired', fr: 'expirée' },
  revoked: { en: 'taken back', fr: 'retirée' },
} as const;

/** Said where a link is made that most people could not open. */
const nearOnly = {
  machine: {
    en: 'It opens on this machine only: the node has no address for others yet.',
    fr: 'Il ne s’ouvre que sur cette machine : le nœud n’a pas encore d’adresse pour les autres.',
  },
  network: {
    en: 'It opens on the node’s own network only: the node has no address elsewhere yet.',
    fr: 'Il ne s’ouvre que sur le réseau du nœud : celui-ci n’a pas encore d’adresse ailleurs.',
  },
} as const;

function lines(context: CommandContext, invite: ShownInvite): string {
  const { id, url, note, state, uses, uses_max: max, expires_at: until } = invite;
  const link = state === 'open' ? `\n    ${url}` : '';
  return `${context.say(states[state])}  ${uses}/${max}  ${until}${note === '' ? '' : `  ${note}`}\n    ${id}${link}`;
}

function numberIn(flag: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw invalid('cli/usage', {
    en: `${flag} takes a whole number above 0.`,
    fr: `${flag} attend un nombre entier supérieur à 0.`,
  });
}
