// Writes an export into a folder: JSON lines and media, each file whole or not there, then a manifest of hashes.
// Stopped at any moment it goes on where it was: files that are complete are not written again.
import { isoTime, type Clock } from '#kernel/ports.ts';
import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  failures,
  MANIFEST,
  plainFileName,
  PROGRESS,
  type ExportedFile,
  type FinishedExport,
} from './model.ts';
import type { Sources } from './ports.ts';

/** Writes or completes the export in `folder`; returns its files and its manifest. @throws portability/folder-in-use */
export async function writeExport(
  sources: Sources,
  folder: string,
  options: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly progress: (files: number, bytes: number) => void;
  },
): Promise<{
  readonly files: readonly ExportedFile[];
  readonly bytes: number;
  readonly manifest: ExportedFile;
}> {
  const { clock, signal, progress } = options;
  await prepareFolder(folder);
  const done = await readProgress(folder);
  const files: ExportedFile[] = [];
  let bytes = 0;
  const add = (file: ExportedFile): void => {
    files.push(file);
    bytes += file.bytes;
    progress(files.length, bytes);
  };
  for (const section of sources.sections) {
    // Lists change from day to day: they are always written anew.
    add(await writeFile(folder, section.path, Readable.from(lines(section.rows())), signal));
  }
  const seen = new Set<string>();
  for await (const medium of sources.media()) {
    if (seen.has(medium.cid)) continue;
    seen.add(medium.cid);
    const path = `media/${medium.cid}-${plainFileName(medium.name)}`;
    const known = done.get(path);
    if (known !== undefined && (await sizeOf(join(folder, path))) === known.bytes) {
      add(known);
      continue;
    }
    const content = await sources.open(medium);
    if (content === undefined) continue;
    const file = await writeFile(folder, path, content, signal);
    await appendFile(join(folder, PROGRESS), `${JSON.stringify(file)}\n`, { mode: 0o600 });
    add(file);
  }
  const { nodeId: node_id, username } = sources.owner();
  const manifest = { version: 1, node_id, username, created_at: isoTime(clock.now()), files };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  const written = await writeFile(folder, MANIFEST, Readable.from([text]), signal);
  await rm(join(folder, PROGRESS), { force: true });
  return { files, bytes, manifest: written };
}

/** Removes an export with all that it holds. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Whether the folder still holds the manifest that an export ended with. */
export async function holdsExport(done: FinishedExport): Promise<boolean> {
  try {
    const manifest = await readFile(join(done.folder, MANIFEST));
    return createHash('sha256').update(manifest).digest('hex') === done.manifestSha256;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false; // not there, or not readable: no export to leave with
    throw error;
  }
}

/** When something was last added to a folder (Unix milliseconds); undefined where there is none. */
export async function changedAt(folder: string): Promise<number | undefined> {
  try {
    return (await stat(folder)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function* lines(rows: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** Only a new folder, an empty one, or one that an export began. */
async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = await readdir(folder);
  if (names.length > 0 && !names.includes(PROGRESS) && !names.includes(MANIFEST))
    throw failures.folder(folder);
  await mkdir(join(folder, 'media'), { recursive: true, mode: 0o700 });
  await appendFile(join(folder, PROGRESS), '', { mode: 0o600 });
}

async function readProgress(folder: string): Promise<Map<string, ExportedFile>> {
  const text = await readFile(join(folder, PROGRESS), 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const files = whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ExportedFile);
  return new Map(files.map((file) => [file.path, file]));
}

async function writeFile(
  folder: string,
  path: string,
  content: Readable,
  signal: AbortSignal,
): Promise<ExportedFile> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const counted = { bytes: 0 };
  const partial = `${target}.part`;
  await pipeline(content, meter(hash, counted), createWriteStream(partial, { mode: 0o600, flush: true }), {
    signal,
  });
  await rename(partial, target);
  await syncFolder(dirname(target));
  return { path, bytes: counted.bytes, sha256: hash.digest('hex') };
}

function meter(hash: Hash, counted: { bytes: number }) {
  return async function* (source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      const bytes = Buffer.from(chunk);
      hash.update(bytes);
      counted.bytes += bytes.length;
      yield bytes;
    }
  };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
