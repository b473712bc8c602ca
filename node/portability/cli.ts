// `ored export`, `ored leave`, `ored blocks ...`: everything of yours in a folder, closing the node, block lists.
// Files are read and written by the person who types, with that person’s rights.
import { defineCommand, type Argument, type Command, type CommandContext } from '#kernel/command.ts';
import { readPages } from '#kernel/paging.ts';
import { AppError, invalid, type ErrorCode, type Text } from '#protocol/errors.ts';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BLOCKS_PER_REQUEST_MAX } from '#protocol/limits.ts';
import * as api from './api.ts';
import { BLOCK_RETRIES_MAX, BLOCK_RETRY_MS, blockListCsv, parseBlockList, type BlockEntry } from './model.ts';

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
    return { json: done, text };
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
    // The node judges the name before it writes or sends anything.
    const target = resolve(args['folder'] ?? '');
    const done = await follow(
      context,
      await context.call(api.startLeaving, { body: { confirm, folder: target } }),
    );
    const text = leftText(context, done);
    return { json: done, text };
  },
});

const blocksExport = defineCommand({
  path: 'blocks export',
  about: { en: 'Write your block list to a file', fr: 'Écrire votre liste de blocage dans un fichier' },
  examples: ['ored blocks export blocks.csv', 'ored blocks export blocks.json'],
  args: [file],
  async run(context, args) {
    const items = await readPages((page) => context.call(api.listBlocks, { query: page }));
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
    const done = await blockAll(context, entries);
    const text = context.say({
      en: `${done.blocked} blocked, ${done.failed.length} not found.`,
      fr: `${done.blocked} bloquées, ${done.failed.length} introuvables.`,
    });
    const missing = done.failed.map(({ who, code }) => `  ${who}  ${code}`);
    return { json: done, text: [text, ...missing].join('\n') };
  },
});

const importArchive = defineCommand({
  path: 'import',
  about: {
    en: 'Bring in an account export of Mastodon (zip or tar.gz); without a file: how far it is',
    fr: 'Importer un export de compte Mastodon (zip ou tar.gz) ; sans fichier : où en est l’import',
  },
  examples: ['ored import archive-20240101.zip', 'ored import', 'ored import --cancel', 'ored import --undo'],
  args: [
    {
      name: 'archive',
      about: { en: 'The export, as it came', fr: 'L’export, tel quel' },
      optional: true,
    },
  ],
  options: [
    {
      flags: '--cancel',
      about: { en: 'Stop it; what has come stays', fr: 'L’arrêter ; ce qui est arrivé reste' },
    },
    {
      flags: '--undo',
      about: {
        en: 'Remove everything that the last import brought',
        fr: 'Retirer tout ce que le dernier import a apporté',
      },
    },
  ],
  async run(context, args, options) {
    const current = { params: { id: 'current' } } as const;
    const archive = args['archive'];
    const begin = (): Promise<api.ShownImport> => {
      if (options['undo'] === true) return context.call(api.undoImport, current);
      if (options['cancel'] === true) return context.call(api.cancelImport, current);
      return archive === undefined
        ? context.call(api.readImport, current)
        : context.call(api.startImport, { body: { file: resolve(archive) } });
    };
    const done = await followImport(context, await begin());
    const begun = archive !== undefined;
    // A question about one that failed is answered; an import that fails is no result.
    if (begun && done.state === 'failed') throw failed(done.code, done.problem);
    return { json: done, text: importText(context, done) };
  },
});

export const commands: readonly Command[] = [exportAll, importArchive, leave, blocksExport, blocksImport];

async function followImport(context: CommandContext, started: api.ShownImport): Promise<api.ShownImport> {
  let now = started;
  while (now.state === 'running' || now.state === 'undoing') {
    await pause(LOOK_MS);
    now = await context.call(api.readImport, { params: { id: started.id } });
    const { items, files } = now;
    if (!context.json)
      context.progress(`${items.posts}/${items.posts + items.waiting}  ${files.done}/${files.total}`);
  }
  return now;
}

function importText(
  context: CommandContext,
  { state, items, files, skipped, problem, code }: api.ShownImport,
): string {
  const lost = skipped.malformed + skipped['too-large'] + items.failed;
  const brought = context.say({
    en: `${items.posts} posts and ${files.done} files are here. Not taken: ${skipped.boost} boosts, ${skipped.direct} direct messages, ${skipped.already} that were here already, ${skipped.other} other activities, ${lost} damaged, ${files.missing} files missing or unusable.`,
    fr: `${items.posts} publications et ${files.done} fichiers sont ici. Non repris : ${skipped.boost} partages, ${skipped.direct} messages directs, ${skipped.already} déjà présentes, ${skipped.other} autres activités, ${lost} abîmées, ${files.missing} fichiers absents ou inutilisables.`,
  });
  const said = {
    done: { en: 'Imported. Nobody was notified.', fr: 'Import terminé. Personne n’a été notifié.' },
    cancelled: {
      en: 'Stopped. The same archive given again goes on.',
      fr: 'Arrêté. La même archive redonnée reprend la suite.',
    },
    undone: {
      en: 'Everything that this import brought is removed.',
      fr: 'Tout ce que cet import avait apporté est retiré.',
    },
    failed: problem ?? {
      en: `It stopped (${code ?? ''}). The same archive given again goes on where it was.`,
      fr: `Il s’est arrêté (${code ?? ''}). La même archive redonnée reprend où elle en était.`,
    },
    running: { en: 'It is running.', fr: 'Il est en cours.' },
    undoing: { en: 'It is being removed.', fr: 'Il est en cours de retrait.' },
  } as const;
  return state === 'undone' ? context.say(said.undone) : `${context.say(said[state])} ${brought}`;
}

async function runExport(context: CommandContext, target: string): Promise<api.ShownProgress> {
  return follow(context, await context.call(api.startExport, { body: { folder: resolve(target) } }));
}

interface NotBlocked {
  readonly who: string;
  readonly code: string;
}

/** Sends a list in parts, and asks again for names that the directory puts off; progress goes to standard error. */
async function blockAll(
  context: CommandContext,
  entries: readonly BlockEntry[],
): Promise<{ blocked: number; failed: NotBlocked[] }> {
  const failed: NotBlocked[] = [];
  let blocked = 0;
  let waiting = entries;
  for (let round = 0; waiting.length > 0; round += 1) {
    if (round > 0) await pause(BLOCK_RETRY_MS);
    const later: BlockEntry[] = [];
    for (let at = 0; at < waiting.length; at += BLOCKS_PER_REQUEST_MAX) {
      const items = waiting.slice(at, at + BLOCKS_PER_REQUEST_MAX);
      const done = await context.call(api.importBlocks, { body: { items } });
      blocked += done.blocked;
      for (const { who, code, later: again } of done.failed) {
        if (again && round < BLOCK_RETRIES_MAX) later.push({ who });
        else failed.push({ who, code });
      }
      context.progress(`${blocked + failed.length}/${entries.length}`);
    }
    waiting = later;
  }
  return { blocked, failed };
}

function leftText(context: CommandContext, done: api.ShownProgress): string {
  const { contacts, reached, mailboxes, missed } = done;
  const others = missed.map(({ node_id, username }) => username || node_id).join(', ');
  const notTold = {
    en: ` Not told: ${others}.`,
    fr: ` Non prévenus : ${others}.`,
  };
  return context.say({
    en: `This node is closed. ${reached} of ${contacts} contacts were told and asked to erase; for ${mailboxes} it waits in their mailbox.${missed.length === 0 ? '' : notTold.en} Your data is in ${done.folder}. Stop the node with "ored stop"; its data folder can then be deleted.`,
    fr: `Ce nœud est fermé. ${reached} contacts sur ${contacts} ont été prévenus et priés d’effacer ; pour ${mailboxes}, la demande attend dans leur boîte.${missed.length === 0 ? '' : notTold.fr} Vos données sont dans ${done.folder}. Arrêtez le nœud avec « ored stop » ; son dossier de données peut ensuite être supprimé.`,
  });
}

/** Asks until the work is done. @throws the code with which it failed: progress is no result, and scripts read results */
async function follow(context: CommandContext, started: api.ShownProgress): Promise<api.ShownProgress> {
  let now = started;
  while (now.state === 'running') {
    await pause(LOOK_MS);
    now = await context.call(api.readProgress, {});
    if (!context.json)
      context.progress(now.contacts > 0 ? `${now.reached + now.mailboxes}/${now.contacts}` : `${now.files}`);
  }
  if (now.state !== 'done') throw failed(now.code);
  return now;
}

function failed(code: string | null, why?: Text | null): AppError {
  return new AppError({
    category: 'internal',
    code: isErrorCode(code) ? code : 'portability/failed',
    safe: why ?? {
      en: `It did not work (${code ?? ''}). Nothing of yours was lost, and the same command goes on where it stopped.`,
      fr: `Cela n'a pas marché (${code ?? ''}). Rien n'est perdu, et la même commande reprend où elle s'est arrêtée.`,
    },
  });
}

const isErrorCode = (code: string | null): code is ErrorCode => code?.includes('/') === true;
