// Reads an archive from any source of bytes, entry by entry, as a stream: nothing is ever unpacked to a disk.
// What it is follows from its first bytes, never from its name.
import { failures } from './model.ts';
import { createTally, type ArchiveEntry, type ByteSource } from './tally.ts';
import { tarEntries } from './tar.ts';
import { zipEntries } from './zip.ts';

/** Where a tar says that it is one. */
const TAR_MAGIC_AT = 257;
const TAR_MAGIC = 'ustar';

/** The entries that are files, in the archive's order. @throws portability/archive-*-unprocessable */
export async function* archiveEntries(source: ByteSource): AsyncGenerator<ArchiveEntry> {
  const head = await firstBytes(source, TAR_MAGIC_AT + TAR_MAGIC.length);
  const tally = createTally(source.size);
  const isTar = head.subarray(TAR_MAGIC_AT).toString('latin1') === TAR_MAGIC;
  if (head.subarray(0, 2).toString('latin1') === 'PK') yield* zipEntries(source, tally);
  else if (head[0] === 0x1f && head[1] === 0x8b) yield* tarEntries(source, tally, { zipped: true });
  else if (isTar) yield* tarEntries(source, tally, { zipped: false });
  else throw failures.notArchive();
}

async function firstBytes(source: ByteSource, length: number): Promise<Buffer> {
  if (source.size === 0) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  const stream = source.read(0, Math.min(length, source.size));
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
