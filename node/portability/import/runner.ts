// Does the work of an import in steps, each one transaction: read what was written, take its files in, make the posts,
// oldest first. Stopped or killed at any moment it goes on where it was; what has come once does not come again.
import { AppError, newMessageId } from '#protocol';
import { POST_TEXT_CHARS_MAX } from '#protocol/limits.ts';
import { basename } from 'node:path';
import { noteOf, tamed } from './activity.ts';
import { archiveEntries } from './archive.ts';
import {
  FILE_BYTES_MAX,
  nothingSkipped,
  STEP_ROWS,
  type ImportRow,
  type Note,
  type SkipReason,
} from './model.ts';
import { readOutbox } from './outbox.ts';
import type { ImportHost } from './ports.ts';
import * as store from './store.ts';
import { archiveFailure, type ArchiveEntry } from './tally.ts';

/** A file that a post names and the archive does not hold. */
const MISSING = 'portability/not-in-archive';
/** Where Mastodon puts the picture of the account. */
const PORTRAIT = /^avatar\.(?:png|jpe?g|webp)$/;

/** Does all that is to be done now; null when nothing is left. Throws what is worth another try. */
export async function runImport(host: ImportHost, signal: AbortSignal): Promise<number | null> {
  const row = await store.activeImport(host.db.read);
  if (row === undefined) return null;
  if (row.state === 'undoing') return removeAll(host, row, signal);
  try {
    if (row.phase === 'outbox') await readNotes(host, row, signal);
    else if (row.phase === 'files') await takeFiles(host, row, signal);
    else await makePosts(host, row, signal);
  } catch (error) {
    if (signal.aborted || error instanceof Cancelled) return 0;
    if (!(error instanceof AppError) || error.category === 'unavailable' || error.category === 'internal')
      throw error;
    host.log.warn({ err: error, code: error.code }, 'an import stopped');
    const failed = { state: 'failed', code: error.code, finishedAt: host.clock.now() } as const;
    await host.db.write((tx) => store.changeImport(tx, row.id, failed, 'running'));
  }
  return 0;
}

/** The import was cancelled in the middle of a phase. */
class Cancelled extends Error {}

async function goOn(host: ImportHost, { id }: ImportRow, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const now = await store.findImport(host.db.read, id);
  if (now?.state !== 'running') throw new Cancelled();
}

async function readNotes(host: ImportHost, row: ImportRow, signal: AbortSignal): Promise<void> {
  await using source = await host.open(row.source);
  const skipped = { ...nothingSkipped };
  const skip = (reason: SkipReason, count = 1): void => {
    skipped[reason] += count;
  };
  let batch: (Note & { postId: string })[] = [];
  const flush = async (): Promise<void> => {
    await goOn(host, row, signal);
    const notes = batch;
    batch = [];
    skip('already', await host.db.write((tx) => store.putNotes(tx, row.id, notes)));
  };
  for await (const item of readOutbox(source, row.prefix)) {
    const note = 'skipped' in item ? item : noteOf(item.value, host.clock.now());
    if ('skipped' in note) skip(note.skipped);
    else batch.push({ ...note, postId: newMessageId(note.createdAt, host.random.bytes(10)) });
    if (batch.length === STEP_ROWS) await flush();
  }
  await flush();
  await host.db.write((tx) => store.changeImport(tx, row.id, { phase: 'files', skipped }, 'running'));
}

async function takeFiles(host: ImportHost, row: ImportRow, signal: AbortSignal): Promise<void> {
  let waiting = await store.countWaitingFiles(host.db.read, row.id);
  // One that the owner has chosen here stays.
  let wantsPortrait = (await host.portrait.current()) === null;
  if (waiting > 0 || wantsPortrait) {
    await using source = await host.open(row.source);
    for await (const entry of archiveEntries(source)) {
      signal.throwIfAborted();
      if (!entry.path.startsWith(row.prefix)) continue;
      const path = entry.path.slice(row.prefix.length);
      if (wantsPortrait && PORTRAIT.test(path)) {
        await goOn(host, row, signal);
        await takePortrait(host, row, entry);
        wantsPortrait = false;
        if (waiting === 0) break;
        continue;
      }
      const wanted = await store.waitingFiles(host.db.read, row.id, path);
      if (wanted.length === 0) continue;
      await goOn(host, row, signal);
      await takeFile(host, entry, wanted);
      waiting -= wanted.length;
      if (waiting === 0 && !wantsPortrait) break;
    }
  }
  await host.db.write(async (tx) => {
    await store.settleMissing(tx, row.id, MISSING);
    await store.changeImport(tx, row.id, { phase: 'posts' }, 'running');
  });
}

/** Takes one file in for each post that shows it. What cannot be a file here is noted, and its post comes without. */
async function takeFile(
  host: ImportHost,
  entry: ArchiveEntry,
  wanted: readonly store.WaitingFile[],
): Promise<void> {
  let bytes: Buffer | undefined;
  for (const file of wanted) {
    try {
      if (entry.size > FILE_BYTES_MAX) throw tooLarge();
      bytes ??= await readWhole(entry);
      const about = { name: basename(entry.path), alt: file.alt ?? undefined };
      const { id } = await host.media.take(chunksOf(bytes), about);
      await host.db.write(async (tx) => {
        // Attached at once: an upload that belongs to nothing would be forgotten within a day.
        await host.media.attach(tx, [id], host.posts.uriOf(file.postId));
        await store.settleFile(tx, file, { mediaId: id });
      });
    } catch (error) {
      if (!(error instanceof AppError) || error.category !== 'invalid') throw error;
      const problem = error.code;
      await host.db.write((tx) => store.settleFile(tx, file, { problem }));
    }
  }
}

/** Makes the picture of the account the owner's portrait. What is no picture here is left. */
async function takePortrait(host: ImportHost, { id }: ImportRow, entry: ArchiveEntry): Promise<void> {
  try {
    if (entry.size > FILE_BYTES_MAX) throw tooLarge();
    const { id: portrait } = await host.media.take(chunksOf(await readWhole(entry)), {});
    // Noted first: a portrait that nobody remembers could not be taken back.
    await host.db.write((tx) => store.changeImport(tx, id, { portrait }, 'running'));
    await host.portrait.set(portrait);
  } catch (error) {
    if (!(error instanceof AppError) || error.category !== 'invalid') throw error;
    host.log.info({ code: error.code }, 'the portrait of an archive was not taken');
  }
}

async function makePosts(host: ImportHost, row: ImportRow, signal: AbortSignal): Promise<void> {
  for (;;) {
    await goOn(host, row, signal);
    const notes = await store.waitingNotes(host.db.read, row.id, STEP_ROWS);
    if (notes.length === 0) break;
    try {
      await bring(host, notes);
    } catch (error) {
      if (!(error instanceof AppError) || error.category !== 'invalid') throw error;
      // One of them cannot be a post here: each for itself, and that one is noted.
      for (const note of notes) await bringOrNote(host, note);
    }
  }
  const done = { state: 'done', finishedAt: host.clock.now() } as const;
  await host.db.write((tx) => store.changeImport(tx, row.id, done, 'running'));
  await host.drop(row.source);
}

async function bring(host: ImportHost, notes: readonly store.WaitingNote[]): Promise<void> {
  const answered = notes.flatMap(({ replyTo }) => replyTo ?? []);
  const parents = await store.postsByOrigin(host.db.read, answered);
  const empty = notes.filter(({ text, media }) => text === '' && media.length === 0);
  const posts = notes
    .filter((note) => !empty.includes(note))
    .map((note) => {
      const parent = note.replyTo === null ? undefined : parents.get(note.replyTo);
      // Whoever may read a post is given its answers: one for fewer people must not stand under it.
      const fits = parent !== undefined && (parent.visibility === 'friends' || note.visibility === 'public');
      return {
        id: note.postId,
        createdAt: note.createdAt,
        visibility: fits ? parent.visibility : note.visibility,
        text: fits || note.replyTo === null ? note.text : withAddress(note.text, note.replyTo),
        warning: note.warning,
        parent: fits ? parent.postId : null,
        media: note.media,
        origin: note.origin,
      };
    });
  const keep = await host.posts.bring(posts);
  await host.db.write(async (tx) => {
    await keep(tx);
    await store.settleNotes(tx, { origins: notes.map(({ origin }) => origin), state: 'here' });
    await store.settleNotes(tx, { origins: empty.map(({ origin }) => origin), state: 'failed' });
  });
}

/** An answer to what is not here says what it answered. */
function withAddress(text: string, replyTo: string): string {
  return tamed(`↪ ${replyTo}\n\n${text}`, POST_TEXT_CHARS_MAX);
}

async function bringOrNote(host: ImportHost, note: store.WaitingNote): Promise<void> {
  try {
    await bring(host, [note]);
  } catch (error) {
    if (!(error instanceof AppError) || error.category !== 'invalid') throw error;
    host.log.info({ code: error.code, origin: note.origin }, 'a post was not imported');
    await host.db.write(async (tx) => {
      await host.media.release(tx, host.posts.uriOf(note.postId));
      await store.settleNotes(tx, { origins: [note.origin], state: 'failed' });
    });
  }
}

/** Removes what an import brought, a few posts a step. */
async function removeAll(host: ImportHost, row: ImportRow, signal: AbortSignal): Promise<number | null> {
  for (;;) {
    if (signal.aborted) return 0;
    const notes = await store.notesToRemove(host.db.read, row.id, STEP_ROWS);
    if (notes.length === 0) break;
    const ids = notes.map(({ postId }) => postId);
    await host.db.write(async (tx) => {
      await host.posts.removeBrought(tx, ids);
      // Files that came before their post did.
      for (const id of ids) await host.media.release(tx, host.posts.uriOf(id));
      await store.forgetNotes(tx, ids);
    });
  }
  const { portrait } = host;
  if (row.portrait !== null && row.portrait === (await portrait.current())) await portrait.set(null);
  const undone = { state: 'undone', finishedAt: host.clock.now() } as const;
  await host.db.write((tx) => store.changeImport(tx, row.id, undone, 'undoing'));
  await host.drop(row.source);
  return 0;
}

async function readWhole(entry: ArchiveEntry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    const stream = await entry.open();
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > FILE_BYTES_MAX) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    throw archiveFailure(error);
  }
  return Buffer.concat(chunks);
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function tooLarge(): AppError {
  return new AppError({
    category: 'invalid',
    code: 'portability/file-too-large',
    safe: `A file of the archive is over ${FILE_BYTES_MAX} bytes.`,
  });
}
