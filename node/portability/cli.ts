// `ored export`, `ored leave`, `ored blocks ...`: everything of yours in a folder, closing the node, block lists.
// Files are read and written by the person who types, with that person’s rights.
import {
  defineCommand,
  exitCodes,
  type Argument,
  type Command,
  type CommandContext,
} from '#kernel/command.ts';
import { invalid } from '#protocol/errors.ts';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as api from './api.ts';
import { blockListCsv, parseBlockList } from './model.ts';

const LOOK_MS = 500;
const folder: Argument = {
  name: 'folder',
  about: { en: 'A new or empty folder', fr: 'Un dossier nouveau ou vide' },
};
const file: Argument = {
  name: 'file',
  about: { en: 'A file: .json or .csv', fr: 'Un fichier : .json ou .csv' },
};

const exportAll = defineCommand({
  path: 'export',
  about: {
    en: 'Write everything that is yours into a folder: identity, people, posts, messages, media',
    fr: 'Écrire tout ce qui est à vous dans un dossier : identité, personnes, publications, messages, médias',
  },
  examples: ['ored export ~/my-node', 'ored export ~/my-node   (again: goes on where it stopped)'],
  args: [folder],
  async run(context, args) {
    const done = await runExport(context, args['folder'] ?? '');
    const text = context.say({
      en: `Exported ${done.files} files (${done.bytes} bytes) to ${done.folder}. manifest.json lists each with its SHA-256. They are not encrypted: keep them safe.`,
      fr: `${done.files} fichiers (${done.bytes} octets) exportés dans ${done.folder}. manifest.json les énumère avec leur SHA-256. Ils ne sont pas chiffrés : gardez-les en lieu sûr.`,
    });
    return { json: done, text: done.state === 'done' ? text : failed(context, done), exit: exitOf(done) };
  },
});

const leave = defineCommand({
  path: 'leave',
  about: {
    en: 'Close this node for good: exports, tells contacts, asks them to erase, leaves the directory, closes the identity',
    fr: 'Fermer ce nœud pour toujours : exporte, prévient les contacts, demande l’effacement, quitte l’annuaire, ferme l’identité',
  },
  examples: ['ored leave ~/my-node --confirm alice'],
  args: [folder],
  options: [
    {
      flags: '--confirm <username>',
      about: { en: 'Your username, to show that you mean it', fr: 'Votre nom d’utilisateur, pour confirmer' },
    },
  ],
  async run(context, args, options) {
    const confirm = options['confirm'];
    if (typeof confirm !== 'string') {
      throw invalid('cli/usage', {
        en: 'Leaving cannot be undone. Type your username after --confirm. Nothing was changed.',
        fr: "Partir est définitif. Tapez votre nom d'utilisateur après --confirm. Rien n'a été modifié.",
      });
    }
    const exported = await runExport(context, args['folder'] ?? '');
    if (exported.state !== 'done') {
      return { json: exported, text: failed(context, exported), exit: exitCodes.failure };
    }
    const done = await follow(context, await context.call(api.startLeaving, { body: { confirm } }));
    const text = context.say({
      en: `This node is closed. ${done.reached} of ${done.contacts} contacts have been told; the others learn it from the directory. Your data is in ${done.folder}. Stop the node with "ored stop"; its data folder can then be deleted.`,
      fr: `Ce nœud est fermé. ${done.reached} contacts sur ${done.contacts} ont été prévenus ; les autres l'apprendront par l'annuaire. Vos données sont dans ${done.folder}. Arrêtez le nœud avec « ored stop » ; son dossier de données peut ensuite être supprimé.`,
    });
    return { json: done, text: done.state === 'done' ? text : failed(context, done), exit: exitOf(done) };
  },
});

const blocksExport = defineCommand({
  path: 'blocks export',
  about: { en: 'Write your block list to a file', fr: 'Écrire votre liste de blocage dans un fichier' },
  examples: ['ored blocks export blocks.csv', 'ored blocks export blocks.json'],
  args: [file],
  async run(context, args) {
    const { items } = await context.call(api.listBlocks, {});
    const target = resolve(args['file'] ?? '');
    const content = target.endsWith('.csv') ? blockListCsv(items) : `${JSON.stringify(items, null, 2)}\n`;
    writeFileSync(target, content, { mode: 0o600 });
    const text = context.say({
      en: `${items.length} blocked people written to ${target}.`,
      fr: `${items.length} personnes bloquées écrites dans ${target}.`,
    });
    return { json: { file: target, blocked: items.length }, text };
  },
});

const blocksImport = defineCommand({
  path: 'blocks import',
  about: {
    en: 'Block everybody on a list (JSON, or CSV as Mastodon writes it)',
    fr: 'Bloquer toutes les personnes d’une liste (JSON, ou CSV comme l’écrit Mastodon)',
  },
  examples: ['ored blocks import blocks.csv'],
  args: [file],
  async run(context, args) {
    const entries = parseBlockList(readFileSync(resolve(args['file'] ?? ''), 'utf8'));
    const done = await context.call(api.importBlocks, { body: { items: entries } });
    const text = context.say({
      en: `${done.blocked} blocked, ${done.failed.length} not found.`,
      fr: `${done.blocked} bloquées, ${done.failed.length} introuvables.`,
    });
    const missing = done.failed.map(({ who, code }) => `  ${who}  ${code}`);
    return { json: done, text: [text, ...missing].join('\n') };
  },
});

export const commands: readonly Command[] = [exportAll, leave, blocksExport, blocksImport];

async function runExport(context: CommandContext, target: string): Promise<api.ShownProgress> {
  return follow(context, await context.call(api.startExport, { body: { folder: resolve(target) } }));
}

/** Asks until the work has ended. */
async function follow(context: CommandContext, started: api.ShownProgress): Promise<api.ShownProgress> {
  let now = started;
  while (now.state === 'running') {
    await pause(LOOK_MS);
    now = await context.call(api.readProgress, {});
    if (!context.json)
      context.progress(now.work === 'leave' ? `${now.reached}/${now.contacts}` : `${now.files}`);
  }
  return now;
}

function exitOf({ state }: api.ShownProgress): 0 | 1 {
  return state === 'done' ? exitCodes.ok : exitCodes.failure;
}

function failed(context: CommandContext, { code }: api.ShownProgress): string {
  return context.say({
    en: `It did not work (${code ?? ''}). Nothing of yours was lost, and the same command goes on where it stopped.`,
    fr: `Cela n'a pas marché (${code ?? ''}). Rien n'est perdu, et la même commande reprend où elle s'est arrêtée.`,
  });
}
