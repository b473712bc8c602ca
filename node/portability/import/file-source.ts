// An archive that is a file of this machine, held open while it is read: another file under its name changes nothing.
// Refuses folders, devices and what is not there.
import { open } from 'node:fs/promises';
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
      // The end of a stream is its last byte here.
      read: (start, end) => handle.createReadStream({ start, end: end - 1, autoClose: false }),
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
