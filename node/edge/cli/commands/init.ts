// `ored init`: makes a node, without network. The server's code is loaded here, since there is no node to call yet.
// A secret is asked for or read from a 0600 file, never taken from an argument or an environment variable.
import type { Option } from '#kernel/command.ts';
import type { NewNode } from '../../run/init.ts';
import { askSecret, passphraseFromFile } from '../input.ts';
import type { OwnCommand } from '../program.ts';
import { usageError } from '../usage.ts';

/** What the composition root makes a node with. */
export type MakeNode = (request: {
  readonly dataDir: string;
  readonly username: string;
  readonly language: 'en' | 'fr';
  readonly url?: string;
  readonly registry?: string;
  readonly displayName?: string;
  readonly passphrase?: string;
}) => Promise<NewNode>;

const initOptions: readonly Option[] = [
  {
    flags: '--username <name>',
    about: { en: 'Public name: a-z, 0-9, - and _', fr: 'Nom public : a-z, 0-9, - et _' },
  },
  {
    flags: '--display-name <name>',
    about: { en: 'Name that people see', fr: 'Nom affiché' },
  },
  {
    flags: '--url <url>',
    about: {
      en: 'Address under which others reach this node',
      fr: 'Adresse où les autres joignent ce nœud',
    },
  },
  {
    flags: '--registry <url>',
    about: { en: 'Directory to be listed in', fr: 'Annuaire où figurer' },
  },
  {
    flags: '--passphrase',
    about: {
      en: 'Lock the key with a passphrase (asked, or in the file ORED_PASSPHRASE_FILE); without it the key lies in a 0600 file, which is weaker',
      fr: 'Verrouiller la clé par une phrase de passe (demandée, ou dans le fichier ORED_PASSPHRASE_FILE) ; sans elle la clé est dans un fichier 0600, ce qui est plus faible',
    },
  },
];

export function initCommand(
  makeNode: MakeNode,
  env: Readonly<Record<string, string | undefined>>,
): OwnCommand {
  return {
    path: 'init',
    about: { en: 'Make a node of your own', fr: 'Créer votre propre nœud' },
    examples: [
      'ored init --username alice',
      'ored init --username alice --url https://alice.example --registry https://registry.example',
      'ored init --username alice --passphrase',
    ],
    options: initOptions,
    async run(context, _args, options) {
      const { username } = options;
      if (typeof username !== 'string') {
        throw usageError({
          en: '"--username" is missing: ored init --username alice',
          fr: 'Il manque « --username » : ored init --username alice',
        });
      }
      const passphrase = newPassphrase(options.passphrase === true, context.json, context.language, env);
      const made = await makeNode({
        dataDir: context.dataDir,
        username,
        language: context.language,
        ...(typeof options.url === 'string' ? { url: options.url } : {}),
        ...(typeof options.registry === 'string' ? { registry: options.registry } : {}),
        ...(typeof options.displayName === 'string' ? { displayName: options.displayName } : {}),
        ...(passphrase === undefined ? {} : { passphrase }),
      });
      const key =
        passphrase === undefined
          ? context.say({
              en: 'Its key lies in a file that only you can read. A passphrase would be stronger (ored init --passphrase).',
              fr: 'Sa clé est dans un fichier que vous seul pouvez lire. Une phrase de passe serait plus forte (ored init --passphrase).',
            })
          : context.say({
              en: 'Its key is locked by your passphrase. Without it nobody can open this node, you included.',
              fr: 'Sa clé est verrouillée par votre phrase de passe. Sans elle personne n’ouvrira ce nœud, vous non plus.',
            });
      const text = context.say({
        en: `Your node is made: ${made.username}\n  identity  ${made.did}\n  address   ${made.server_url}\n  folder    ${context.dataDir}\n${key}\nNext: ored start`,
        fr: `Votre nœud est créé : ${made.username}\n  identité  ${made.did}\n  adresse   ${made.server_url}\n  dossier   ${context.dataDir}\n${key}\nEnsuite : ored start`,
      });
      return { json: made, text };
    },
  };
}

function newPassphrase(
  wanted: boolean,
  json: boolean,
  language: 'en' | 'fr',
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const given = passphraseFromFile(env);
  if (given !== undefined || !wanted) return given;
  const ask = (en: string, fr: string): string | undefined =>
    json ? undefined : askSecret(language === 'fr' ? fr : en);
  const first = ask('Choose a passphrase: ', 'Choisissez une phrase de passe : ');
  if (first === undefined || first === '') {
    throw usageError({
      en: 'No passphrase was given. Put it into a 0600 file and name that in ORED_PASSPHRASE_FILE.',
      fr: "Aucune phrase de passe n'a été donnée. Mettez-la dans un fichier 0600 et indiquez-le dans ORED_PASSPHRASE_FILE.",
    });
  }
  if (ask('Once more: ', 'Encore une fois : ') !== first) {
    throw usageError({
      en: 'The two passphrases differ. Nothing was made; try again.',
      fr: "Les deux phrases de passe diffèrent. Rien n'a été créé ; réessayez.",
    });
  }
  return first;
}
