// An export as one file to download: a tar archive (POSIX ustar with pax headers for long names) of what its manifest
// lists, read from its folder piece by piece. Its length is known before the first byte, so a download shows how far it is.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST, type FinishedExport } from './model.ts';

const BLOCK_BYTES = 512;
const NAME_BYTES_MAX = 100;
/** Eleven octal digits. */
const SIZE_MAX = 8 ** 11 - 1;

interface Entry {
  readonly path: string;
  readonly bytes: number;
}

export interface Archive {
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** The archive of a finished export; its entries stand in a folder of this name. */
export async function archiveOf(done: FinishedExport, root: string): Promise<Archive> {
  const manifest = await readFile(join(done.folder, MANIFEST));
  const { files } = JSON.parse(manifest.toString('utf8')) as { readonly files: readonly Entry[] };
  const entries: Entry[] = [...files, { path: MANIFEST, bytes: manifest.length }];
  const at = Math.floor(done.finishedAt / 1000);
  const headers = entries.map((entry) => headersOf(`${root}/${entry.path}`, entry.bytes, at));
  const bytes = entries.reduce(
    (sum, entry, index) => sum + (headers[index]?.length ?? 0) + padded(entry.bytes),
    2 * BLOCK_BYTES,
  );
  return { bytes, content: stream(done.folder, entries, headers) };
}

async function* stream(
  folder: string,
  entries: readonly Entry[],
  headers: readonly Buffer[],
): AsyncGenerator<Uint8Array> {
  for (const [index, { path, bytes }] of entries.entries()) {
    yield headers[index] ?? Buffer.alloc(0);
    let read = 0;
    for await (const chunk of createReadStream(join(folder, path)) as AsyncIterable<Buffer>) {
      read += chunk.length;
      yield chunk;
    }
    // The head told another length: what follows would be read as part of this file.
    if (read !== bytes) throw new Error(`${path} of the export has changed`);
    yield Buffer.alloc(padded(bytes) - bytes);
  }
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

const padded = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;

function headersOf(path: string, bytes: number, at: number): Buffer {
  if (bytes > SIZE_MAX) throw new Error(`${path} is too large for an archive`);
  if (Buffer.byteLength(path) <= NAME_BYTES_MAX && /^[\x20-\x7e]+$/.test(path))
    return header(path, bytes, at, '0');
  const record = Buffer.from(paxRecord('path', path));
  const long = Buffer.alloc(padded(record.length));
  record.copy(long);
  return Buffer.concat([header('pax', record.length, at, 'x'), long, header('long-name', bytes, at, '0')]);
}

/** "LENGTH key=value\n", where LENGTH counts itself (POSIX.1-2001 pax). */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (bytes + String(length).length !== length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

function header(name: string, bytes: number, at: number, type: '0' | 'x'): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, offset: number, digits: number): void =>
    void block.write(`${value.toString(8).padStart(digits, '0')}\0`, offset, 'latin1');
  block.write(name, 0, 'latin1');
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(bytes, 124, 11);
  octal(at, 136, 11);
  // The checksum is counted with spaces in its own place.
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
