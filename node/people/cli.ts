// Commands about people: `ored find`, `ored friends ...`, `ored follow`, `ored unfollow`, `ored profile`.
// They run in another process and only call the contract; nothing is decided here.
import { defineCommand, type Argument, type Command } from '#kernel/command.ts';
import { readPages } from '#kernel/paging.ts';
import type { Text } from '#protocol/errors.ts';
import {
  addFriend,
  changeBond,
  changeProfile,
  findPeople,
  listConnections,
  readProfile,
  type BondAction,
} from './api.ts';
import { commands as invites } from './cli/invites.ts';

const who: Argument = {
  name: 'who',
  about: {
    en: 'Username, username@host, node id or DID',
    fr: "Nom d'utilisateur, nom@hôte, identifiant de nœud ou DID",
  },
};

const find = defineCommand({
  path: 'find',
  about: {
    en: 'Find people: those you know first, then the directory',
    fr: 'Trouver des personnes : celles que vous connaissez, puis l’annuaire',
  },
  examples: ['ored find bob', 'ored find bob@bob.example'],
  args: [
    { name: 'query', about: { en: 'Name, address or node id', fr: 'Nom, adresse ou identifiant de nœud' } },
  ],
  async run(context, args) {
    const { items } = await context.call(findPeople, { query: { q: args['query'] ?? '' } });
    const lines = items.map(({ username, display_name, node_id, relationship }) =>
      [username, display_name ?? '', node_id, relationship.join(', ')]
        .filter((part) => part !== '')
        .join('  '),
    );
    const nobody = context.say({ en: 'Nobody found.', fr: 'Personne n’a été trouvé.' });
    return {
      json: items,
      text: lines.length === 0 ? nobody : lines.join('\n'),
      exit: items.length === 0 ? 1 : 0,
    };
  },
});

const add = defineCommand({
  path: 'friends add',
  about: {
    en: 'Ask somebody to be your friend (or accept what they asked)',
    fr: 'Demander à quelqu’un d’être votre ami (ou accepter sa demande)',
  },
  examples: ['ored friends add bob', 'ored friends add bob@bob.example --note "We met in Lyon"'],
  args: [who],
  options: [
    { flags: '--note <text>', about: { en: 'A word that goes with it', fr: 'Un mot qui l’accompagne' } },
  ],
  async run(context, args, options) {
    const { note } = options;
    const connection = await context.call(addFriend, {
      body: { who: args['who'] ?? '', ...(typeof note === 'string' ? { note } : {}) },
    });
    const text =
      connection.status === 'accepted'
        ? { en: `${connection.username} is your friend.`, fr: `${connection.username} est votre ami·e.` }
        : {
            en: `${connection.username} has been asked. It is queued and goes out as soon as their node can be reached.`,
            fr: `La demande à ${connection.username} est en file ; elle part dès que son nœud est joignable.`,
          };
    return { json: connection, text: context.say(text) };
  },
});

const list = defineCommand({
  path: 'friends list',
  about: {
    en: 'Show friends, requests, followers and blocked people',
    fr: 'Montrer amis, demandes, abonnés et personnes bloquées',
  },
  examples: ['ored friends list', 'ored friends list --json'],
  async run(context) {
    const items = await readPages((page) => context.call(listConnections, { query: page }));
    const lines = items.map(
      ({ username, relationship, status, direction, node_id }) =>
        `${username}  ${relationship} (${direction})  ${status}  ${node_id}`,
    );
    const nobody = context.say({
      en: 'Nobody yet. Try: ored friends add NAME',
      fr: 'Personne encore. Essayez : ored friends add NOM',
    });
    return { json: items, text: lines.length === 0 ? nobody : lines.join('\n') };
  },
});

/** A command that does one thing with one person. */
function bondCommand(path: string, action: BondAction, about: Text, done: (name: string) => Text): Command {
  return defineCommand({
    path,
    about,
    examples: [`ored ${path} bob`],
    args: [who],
    async run(context, args) {
      const result = await context.call(changeBond, { params: { action }, body: { who: args['who'] ?? '' } });
      return { json: result, text: context.say(done(result.username)) };
    },
  });
}

const profile = defineCommand({
  path: 'profile',
  about: { en: 'Show your profile, or change it', fr: 'Montrer votre profil, ou le modifier' },
  examples: ['ored profile', 'ored profile --name "Alice Martin" --bio "Jardinière à Lyon"'],
  options: [
    { flags: '--name <text>', about: { en: 'Your name as it is shown', fr: 'Votre nom tel qu’on le voit' } },
    { flags: '--bio <text>', about: { en: 'A few words about you', fr: 'Quelques mots sur vous' } },
    {
      flags: '--language <tag>',
      about: { en: 'Your language: fr, en ...', fr: 'Votre langue : fr, en ...' },
    },
  ],
  async run(context, _args, options) {
    const { name, bio, language } = options;
    const change = {
      ...(typeof name === 'string' ? { display_name: name } : {}),
      ...(typeof bio === 'string' ? { bio } : {}),
      ...(typeof language === 'string' ? { language } : {}),
    };
    const shown =
      Object.keys(change).length === 0
        ? await context.call(readProfile, {})
        : await context.call(changeProfile, { body: change });
    return { json: shown, text: `${shown.display_name} (${shown.username})\n${shown.bio}`.trimEnd() };
  },
});

export const commands: Command[] = [
  find,
  add,
  list,
  bondCommand('friends accept', 'accept', { en: 'Accept a request', fr: 'Accepter une demande' }, (name) => ({
    en: `${name} is your friend now.`,
    fr: `${name} est maintenant votre ami·e.`,
  })),
  bondCommand('friends reject', 'reject', { en: 'Decline a request', fr: 'Refuser une demande' }, (name) => ({
    en: `The request of ${name} is declined.`,
    fr: `La demande de ${name} est refusée.`,
  })),
  bondCommand(
    'friends remove',
    'remove',
    { en: 'End a friendship, or take a request back', fr: 'Mettre fin à une amitié, ou retirer une demande' },
    (name) => ({ en: `${name} is no longer your friend.`, fr: `${name} n’est plus votre ami·e.` }),
  ),
  bondCommand(
    'friends block',
    'block',
    {
      en: 'Block somebody: nothing comes from them any more',
      fr: 'Bloquer quelqu’un : plus rien ne vient de cette personne',
    },
    (name) => ({ en: `${name} is blocked.`, fr: `${name} est bloqué·e.` }),
  ),
  bondCommand(
    'friends unblock',
    'unblock',
    { en: 'Unblock somebody', fr: 'Débloquer quelqu’un' },
    (name) => ({ en: `${name} is no longer blocked.`, fr: `${name} n’est plus bloqué·e.` }),
  ),
  bondCommand(
    'mute',
    'mute',
    {
      en: 'Hide somebody’s posts, without telling them',
      fr: 'Masquer les publications de quelqu’un, sans le lui dire',
    },
    (name) => ({ en: `${name} is muted.`, fr: `${name} est en sourdine.` }),
  ),
  bondCommand(
    'unmute',
    'unmute',
    { en: 'Show somebody’s posts again', fr: 'Montrer de nouveau les publications de quelqu’un' },
    (name) => ({ en: `${name} is no longer muted.`, fr: `${name} n’est plus en sourdine.` }),
  ),
  bondCommand(
    'follow',
    'follow',
    { en: 'Follow somebody’s public posts', fr: 'Suivre les publications publiques de quelqu’un' },
    (name) => ({ en: `You follow ${name}.`, fr: `Vous suivez ${name}.` }),
  ),
  bondCommand(
    'unfollow',
    'unfollow',
    { en: 'Stop following somebody', fr: 'Ne plus suivre quelqu’un' },
    (name) => ({ en: `You no longer follow ${name}.`, fr: `Vous ne suivez plus ${name}.` }),
  ),
  ...invites,
  profile,
];
