// Entries of a zip archive by its central directory, through yauzl, which checks names and sizes against what comes.
// Refuses links, locked entries and unknown ways of packing.
import type { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { archiveFailure, type ArchiveEntry, type ByteSource, type Tally } from './tally.ts';
import { ENTRIES_MAX, failures } from './model.ts';

/** The file type in the upper half of the attributes that Unix writers set. */
const TYPE_MASK = 0o170000;
const TYPE_FILE = 0o100000;
const TYPE_FOLDER = 0o040000;

class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }
  // The name is yauzl's.
  override _readStreamForRange(start: number, end: number): Readable {
    return this.#source.read(start, end);
  }
}

export async function* zipEntries(source: ByteSource, tally: Tally): AsyncGenerator<ArchiveEntry> {
  try {
    const zip = await fromRandomAccessReaderPromise(new SourceReader(source), source.size, {
      lazyEntries: true,
      autoClose: false,
      validateEntrySizes: true,
    });
    if (zip.entryCount > ENTRIES_MAX) throw failures.tooMany();
    for await (const entry of zip.eachEntry()) {
      tally.entry(entry.fileName);
      refuseOdd(entry);
      // What the entry says is what its stream may hold: yauzl breaks a stream that gives more.
      tally.plain(entry.uncompressedSize);
      if (entry.fileName.endsWith('/')) continue;
      yield { path: entry.fileName, size: entry.uncompressedSize, open: () => open(zip, entry) };
    }
  } catch (error) {
    throw archiveFailure(error);
  }
}

function refuseOdd(entry: Entry): void {
  const type = (entry.externalFileAttributes >>> 16) & TYPE_MASK;
  if (type !== 0 && type !== TYPE_FILE && type !== TYPE_FOLDER) throw failures.hostile();
  if (entry.isEncrypted()) throw failures.encrypted();
  if (!entry.canDecodeFileData()) throw failures.notArchive();
}

async function open(zip: ZipFile, entry: Entry): Promise<Readable> {
  try {
    return await zip.openReadStreamPromise(entry);
  } catch (error) {
    throw archiveFailure(error);
  }
}
