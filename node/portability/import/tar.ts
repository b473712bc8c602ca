// Entries of a tar, packed by gzip or not, as they pass by: what is not read is skipped.
// Refuses everything that is neither file nor folder, and headers that would fill the memory.
import { AppError } from '#protocol';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Headers } from 'tar-stream';
import { archiveFailure, type ArchiveEntry, type ByteSource, type Tally } from './tally.ts';
import { failures, TAR_OVERHEAD_BYTES_MAX } from './model.ts';

export async function* tarEntries(
  source: ByteSource,
  tally: Tally,
  { zipped }: { readonly zipped: boolean },
): AsyncGenerator<ArchiveEntry> {
  const tar = extract();
  let fed = 0;
  let allowed = TAR_OVERHEAD_BYTES_MAX;
  // tar-stream keeps a long header whole: nothing may come without an entry for longer than headers can be.
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      fed += chunk.length;
      try {
        tally.plain(chunk.length);
        if (fed > allowed) throw failures.bomb();
        done(null, chunk);
      } catch (error) {
        done(error instanceof Error ? error : failures.notArchive(error));
      }
    },
  });
  const packed = source.read(0, source.size);
  const fill = zipped ? pipeline(packed, createGunzip(), counted, tar) : pipeline(packed, counted, tar);
  let broken: unknown;
  const filled = fill.catch((error: unknown) => {
    broken = error;
  });
  try {
    let entries = 0;
    for await (const entry of tar) {
      const { name, size, type } = entry.header;
      entries += 1;
      allowed = fed + paddedSize(size) + TAR_OVERHEAD_BYTES_MAX;
      tally.entry(name);
      refuseOdd(entry.header);
      if (type === 'directory') entry.resume();
      else {
        yield {
          path: name,
          size: size ?? 0,
          open: () => Promise.resolve(Readable.from(entry as AsyncIterable<Buffer>)),
        };
        // Nothing happens to what has been read.
        entry.resume();
      }
    }
    await filled;
    if (broken !== undefined) throw archiveFailure(broken);
    if (entries === 0) throw failures.notArchive();
  } catch (error) {
    // What broke the stream says more than that it is broken.
    throw archiveFailure(broken instanceof AppError ? broken : error);
  } finally {
    tar.destroy();
    packed.destroy();
    await filled;
  }
}

function refuseOdd({ type }: Headers): void {
  if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory') throw failures.hostile();
}

function paddedSize(size: number | undefined): number {
  return Math.ceil((size ?? 0) / 512) * 512;
}
