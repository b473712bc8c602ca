// Finds and reads the outbox of an archive: once to judge the whole archive before anything is brought in, then to
// take what was written.
import { AppError } from '#protocol';
import { archiveEntries } from './archive.ts';
import { jsonItems, type JsonItem } from './json-items.ts';
import { failures, ITEMS_MAX, OUTBOX_BYTES_MAX } from './model.ts';
import type { ArchiveEntry, ByteSource } from './tally.ts';

/** At the top, or in the folder that somebody packed again. */
const OUTBOX = /^(?!__MACOSX\/)((?:[^/]+\/){0,2})outbox\.json$/;

/** Reads the whole archive within its bounds. @throws portability/*-unprocessable, and then nothing of it is used */
export async function inspectArchive(
  source: ByteSource,
  signal: AbortSignal,
): Promise<{ readonly prefix: string; readonly items: number }> {
  let found: { prefix: string; items: number } | undefined;
  for await (const entry of archiveEntries(source)) {
    signal.throwIfAborted();
    const prefix = OUTBOX.exec(entry.path)?.[1];
    if (prefix === undefined || found !== undefined) continue;
    let items = 0;
    for await (const _item of itemsOf(entry)) items += 1;
    found = { prefix, items };
  }
  if (found === undefined) throw failures.noOutbox();
  return found;
}

/** The activities of the outbox in `prefix`. */
export async function* readOutbox(source: ByteSource, prefix: string): AsyncGenerator<JsonItem> {
  for await (const entry of archiveEntries(source)) {
    if (entry.path !== `${prefix}outbox.json`) continue;
    yield* itemsOf(entry);
    return;
  }
}

async function* itemsOf(entry: ArchiveEntry): AsyncGenerator<JsonItem> {
  if (entry.size > OUTBOX_BYTES_MAX) throw failures.bomb();
  const stream = await entry.open();
  let items = 0;
  try {
    for await (const item of jsonItems(stream as AsyncIterable<Uint8Array>, 'orderedItems')) {
      items += 1;
      if (items > ITEMS_MAX) throw failures.tooMany();
      yield item;
    }
  } catch (error) {
    throw error instanceof AppError ? error : failures.notArchive(error);
  } finally {
    stream.destroy();
  }
}
