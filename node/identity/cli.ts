// `ored id show` and `ored id kit`: who this node is, and the recovery kit on paper. `ored sign-in`: the way back in for an
// owner who has lost the passphrase, or the phone with its codes; whoever sits at the machine is the owner.
// The kit is printed to whoever sits at the machine; it is never logged, and never shown again once confirmed.
import { AppError } from '#protocol/errors.ts';
import { defineCommand, type Command, type CommandContext, type CommandOutput } from '#kernel/command.ts';
import { newPassphraseRoute } from './sessions/api.ts';
import { turnOffSecondFactor } from './second-factor/api.ts';
import { confirmKitRoute, showIdentityRoute, showKitRoute } from './api.ts';

const WORDS_PER_LINE = 4;

const showCommand = defineCommand({
  path: 'id show',
  about: {
    en: 'Show this node’s identity, and the words by which another person checks it',
    fr: 'Montrer l’identité de ce nœud, et les mots par lesquels une autre personne la vérifie',
  },
  examples: ['ored id show', 'ored id show --json'],
  async run(context) {
    const shown = await context.call(showIdentityRoute, { query: { language: context.language } });
    const recovery = {
      confirmed: { en: 'recovery kit confirmed', fr: 'kit de récupération confirmé' },
      unconfirmed: {
        en: 'recovery kit NOT written down yet: run "ored id kit"',
        fr: 'kit de récupération PAS encore noté : faites « ored id kit »',
      },
    }[shown.recovery];
    const text = [
      `${shown.username}  ${shown.server_url}`,
      shown.did,
      '',
      context.say({
        en: 'Compare these words with the other person, by voice or face to face:',
        fr: "Comparez ces mots avec l'autre personne, de vive voix ou face à face :",
      }),
      `  ${shown.fingerprint.words.join(' ')}`,
      `  ${shown.fingerprint.hex.join(' ')}`,
      context.qr(shown.code),
      context.say(recovery),
    ].join('\n');
    return { json: shown, text };
  },
});

const kitCommand = defineCommand({
  path: 'id kit',
  about: {
    en: 'Show the recovery kit to write down, then confirm it with two of its words',
    fr: 'Montrer le kit de récupération à noter, puis le confirmer par deux de ses mots',
  },
  examples: ['ored id kit', 'ored id kit --confirm "zebra orbit"'],
  options: [
    {
      flags: '--confirm <words>',
      about: {
        en: 'The words asked for, in order: this node then erases its copy of the kit',
        fr: 'Les mots demandés, dans l’ordre : ce nœud efface alors sa copie du kit',
      },
    },
  ],
  async run(context, _args, options) {
    return typeof options.confirm === 'string' ? confirm(context, options.confirm) : show(context);
  },
});

async function show(context: CommandContext): Promise<CommandOutput> {
  const kit = await context.call(showKitRoute, { body: { language: context.language } });
  const [first = 0, second = 0] = kit.check;
  const text = [
    context.say({
      en: 'Write these 24 words on paper, and keep it where you keep what matters. They bring your identity back if this machine is lost or stolen. Whoever reads them can take it.',
      fr: 'Notez ces 24 mots sur papier et rangez-le avec ce qui compte. Ils rendent votre identité si cette machine est perdue ou volée. Qui les lit peut la prendre.',
    }),
    '',
    ...numbered(kit.words),
    '',
    context.qr(kit.code),
    context.say({
      en: `Then type words ${first} and ${second}:  ored id kit --confirm "WORD${first} WORD${second}"\nThis node then erases its copy.`,
      fr: `Tapez ensuite les mots ${first} et ${second} :  ored id kit --confirm "MOT${first} MOT${second}"\nCe nœud efface alors sa copie.`,
    }),
  ].join('\n');
  return { json: kit, text };
}

async function confirm(context: CommandContext, typed: string): Promise<CommandOutput> {
  const words = typed.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) {
    throw new AppError({
      category: 'invalid',
      code: 'cli/usage',
      safe: { en: '--confirm takes the words asked for.', fr: '--confirm prend les mots demandés.' },
    });
  }
  const result = await context.call(confirmKitRoute, { body: { words } });
  const text = context.say({
    en: 'Confirmed. The recovery key is now only on your paper.',
    fr: "Confirmé. La clé de récupération n'est plus que sur votre papier.",
  });
  return { json: result, text };
}

function numbered(words: readonly string[]): string[] {
  const cells = words.map((word, i) => `${String(i + 1).padStart(2)} ${word}`.padEnd(16));
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += WORDS_PER_LINE) {
    lines.push(
      `  ${cells
        .slice(at, at + WORDS_PER_LINE)
        .join('')
        .trimEnd()}`,
    );
  }
  return lines;
}

const newPassphraseCommand = defineCommand({
  path: 'sign-in new-passphrase',
  about: {
    en: 'Lost the passphrase? Make another one; all devices are signed out',
    fr: 'Phrase de passe perdue ? En faire une autre ; tous les appareils sont déconnectés',
  },
  examples: ['ored sign-in new-passphrase'],
  async run(context) {
    const made = await context.call(newPassphraseRoute, { body: { language: context.language } });
    const text = context.say({
      en: `Sign in with these words, then choose your own under Security:\n\n  ${made.passphrase}\n\nAll devices are signed out. Passkeys and the second factor stay as they were.`,
      fr: `Connectez-vous avec ces mots, puis choisissez les vôtres sous Sécurité :\n\n  ${made.passphrase}\n\nTous les appareils sont déconnectés. Les clés d’accès et le second facteur restent tels quels.`,
    });
    return { json: made, text };
  },
});

const factorOffCommand = defineCommand({
  path: 'sign-in factor-off',
  about: {
    en: 'Lost the phone and the recovery codes? Turn the second factor off',
    fr: 'Téléphone et codes de secours perdus ? Désactiver le second facteur',
  },
  examples: ['ored sign-in factor-off'],
  async run(context) {
    await context.call(turnOffSecondFactor, {});
    const text = context.say({
      en: 'The second factor is off: the passphrase alone signs in. It is on record, and every device is told.',
      fr: 'Le second facteur est désactivé : la phrase de passe suffit. C’est consigné, et chaque appareil en est averti.',
    });
    return { json: { second_factor: 'off' }, text };
  },
});

export const commands: readonly Command[] = [showCommand, kitCommand, newPassphraseCommand, factorOffCommand];
