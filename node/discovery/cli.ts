// `ored id compare`: do we both see the same node and key? By words read aloud, or by the text of a QR code.
// A code that does not fit ends with exit code 1, so that a script cannot overlook it.
import { defineCommand, exitCodes, type Command } from '#kernel/command.ts';
import { compareRoute } from './api.ts';

const compare = defineCommand({
  path: 'id compare',
  about: {
    en: 'Check that somebody’s node is the one you think: compare these words with theirs ("ored id show" on their side)',
    fr: 'Vérifier que le nœud de quelqu’un est bien le sien : comparez ces mots aux siens (« ored id show » de son côté)',
  },
  examples: ['ored id compare bob', 'ored id compare bob --code "orf-id:1:Qm...:z6Mk..."'],
  args: [
    {
      name: 'who',
      about: {
        en: 'Username, username@host, node id or DID',
        fr: "Nom d'utilisateur, nom@hôte, identifiant de nœud ou DID",
      },
    },
  ],
  options: [
    {
      flags: '--code <text>',
      about: {
        en: 'The text of their QR code, as you scanned it',
        fr: 'Le texte de leur code QR, tel que scanné',
      },
    },
  ],
  async run(context, args, options) {
    const { code } = options;
    const shown = await context.call(compareRoute, {
      params: { who: args['who'] ?? '' },
      query: { language: context.language, ...(typeof code === 'string' ? { code } : {}) },
    });
    const verdict = {
      unknown: {
        en: 'Both of you must see the same words. If not, talk to each other before you trust anything from there.',
        fr: 'Vous devez voir tous deux les mêmes mots. Sinon, parlez-vous avant de vous fier à quoi que ce soit.',
      },
      same: {
        en: 'The code fits: it is the same node and key.',
        fr: 'Le code correspond : même nœud, même clé.',
      },
      other: {
        en: 'The code does NOT fit: it is another node or another key. Do not trust it before you have talked.',
        fr: "Le code ne correspond PAS : autre nœud ou autre clé. Ne vous y fiez pas avant d'en avoir parlé.",
      },
    }[shown.matches === null ? 'unknown' : shown.matches ? 'same' : 'other'];
    const held = {
      en: 'This identity has two histories; nothing of it is followed until you two have compared.',
      fr: 'Cette identité a deux histoires ; rien n’en est suivi tant que vous n’avez pas comparé.',
    };
    const closed = {
      en: 'This node is closed: its owner has left.',
      fr: 'Ce nœud est fermé : son propriétaire est parti.',
    };
    const text = [
      `${shown.username}  ${shown.node_id}`,
      ...(shown.held ? [context.say(held)] : []),
      ...(shown.closed ? [context.say(closed)] : []),
      `  ${shown.fingerprint.words.join(' ')}`,
      `  ${shown.fingerprint.hex.join(' ')}`,
      context.qr(shown.code),
      context.say(verdict),
    ].join('\n');
    return { json: shown, text, exit: shown.matches === false ? exitCodes.failure : exitCodes.ok };
  },
});

export const commands: readonly Command[] = [compare];
