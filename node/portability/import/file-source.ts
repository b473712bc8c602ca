// An archive that is a file of this machine, held open while it is read: another file under its name changes nothing.
// Refuses folders, devices and what is not there.
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { failures } from './model.ts';
import type { ByteSource } from './tally.ts';

/** @throws portability/no-archive */
export async function openFile(path: string): Promise<ByteSource> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw failures.noFile(error);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw failures.noFile();
    return {
      size: stat.size,
      read: (start, end) => Readable.from(chunksOf(handle, start, end), { objectMode: false }),
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const CHUNK_BYTES = 64 * 1024;

// A stream of the handle's own would close it at its end.
async function* chunksOf(handle: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end;) {
    const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, end - at));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    // Cut off meanwhile: whoever reads finds it too short.
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
