// The files under data/blobs: written under a temporary name, synced, renamed, and the folder synced, so that a
// name that exists always holds the whole. Names are random: nothing that a person chose reaches the file system.
import type { Random } from '#kernel/ports.ts';
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { failures, type ByteRange } from './model.ts';

const NAME_BYTES = 16;

export interface BlobFiles {
  /** Writes every chunk to a new file and makes it durable; on any failure nothing is left. Returns its name. */
  write(chunks: AsyncIterable<Uint8Array>): Promise<string>;
  /** @throws vault/damaged when the file is gone */
  open(file: string): Promise<FileHandle>;
  read(file: string, range: ByteRange): Readable;
  remove(file: string): Promise<void>;
  /** Tells that a written file has its row, or was removed again. */
  settled(file: string): void;
  /** Removes files that have no row, one folder at a time; those being written are left alone. */
  sweep(hasRow: (files: readonly string[]) => Promise<ReadonlySet<string>>): Promise<number>;
}

/** Opens the folder, and removes what a crash left half written. */
export function openBlobFiles(options: { readonly dir: string; readonly random: Random }): BlobFiles {
  const { dir, random } = options;
  const temporary = join(dir, 'tmp');
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { force: true });
  const unsettled = new Set<string>();
  const pathOf = (file: string): string => join(dir, file.slice(0, 2), file);

  return {
    async write(chunks) {
      const file = Buffer.from(random.bytes(NAME_BYTES)).toString('hex');
      const draft = join(temporary, file);
      unsettled.add(file);
      try {
        await writeDurably(draft, chunks);
        await mkdir(dirname(pathOf(file)), { recursive: true, mode: 0o700 });
        await rename(draft, pathOf(file));
        await syncFolder(dirname(pathOf(file)));
        await syncFolder(dir);
        return file;
      } catch (error) {
        await rm(draft, { force: true });
        unsettled.delete(file);
        throw error;
      }
    },
    async open(file) {
      try {
        return await open(pathOf(file), 'r');
      } catch (error) {
        throw failures.damaged(error);
      }
    },
    read: (file, range) => createReadStream(pathOf(file), { start: range.start, end: range.end }),
    async remove(file) {
      await rm(pathOf(file), { force: true });
      unsettled.delete(file);
    },
    settled: (file) => void unsettled.delete(file),
    async sweep(hasRow) {
      let removed = 0;
      for (const folder of await readdir(dir)) {
        if (folder === 'tmp') continue;
        const files = (await readdir(join(dir, folder))).filter((file) => !unsettled.has(file));
        const known = await hasRow(files);
        for (const file of files.filter((name) => !known.has(name))) {
          await rm(join(dir, folder, file), { force: true });
          removed += 1;
        }
      }
      return removed;
    },
  };
}

async function writeDurably(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of chunks) await writeWhole(handle, chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, written);
    written += bytesWritten;
  }
}

/** Makes a rename or a new name durable. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
