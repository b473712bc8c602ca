// Where a node keeps what belongs to its running: run/ inside the data folder, and its Unix socket.
// A socket path longer than the kernel takes (sun_path) moves to a hashed folder that only this user may enter;
// a folder of that name that is not ours, or that others may enter, is refused.
import { AppError } from '#protocol/errors.ts';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** sockaddr_un.sun_path is 108 bytes with its closing NUL. */
const SOCKET_PATH_BYTES_MAX = 107;

export const runDir = (dataDir: string): string => join(dataDir, 'run');
/** Where launchers too keep compiled code, by NODE_COMPILE_CACHE. */
export const compiledDir = (dataDir: string): string => join(runDir(dataDir), 'compiled');
export const databaseFile = (dataDir: string): string => join(dataDir, 'node.db');
/** Present while `init` works: what it made is not a node yet. */
export const initMarker = (dataDir: string): string => join(dataDir, '.init');
export const supervisorFile = (dataDir: string): string => join(runDir(dataDir), 'supervisor.json');

type Env = Readonly<Record<string, string | undefined>>;

/** The data folder: --data, else ORED_DATA_DIR, else the installer's default. Absolute. */
export function dataDirOf(flag: string | undefined, env: Env): string {
  const chosen = flag ?? env.ORED_DATA_DIR;
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  return join(env.HOME ?? homedir(), '.local', 'share', 'ored', 'data');
}

/**
 * Chooses and prepares the socket's path, and notes it in run/socket for the CLI, whose environment may differ.
 * @throws socket/folder when the fallback folder is somebody else's
 */
export function prepareSocketPath(dataDir: string, env: Env): string {
  const near = join(runDir(dataDir), 'node.sock');
  const path = Buffer.byteLength(near) <= SOCKET_PATH_BYTES_MAX ? near : farSocketPath(dataDir, env);
  writeFileSync(join(runDir(dataDir), 'socket'), path, { mode: 0o600 });
  return path;
}

/** The running node's socket, as it noted it. */
export function socketPathOf(dataDir: string): string {
  try {
    return readFileSync(join(runDir(dataDir), 'socket'), 'utf8');
  } catch {
    // No node has started here; connecting will say so.
    return join(runDir(dataDir), 'node.sock');
  }
}

function farSocketPath(dataDir: string, env: Env): string {
  const name = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 24);
  const roots = [env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'].filter((root) => root !== undefined && root !== '');
  for (const root of roots) {
    const folder = join(root ?? '', `ored-${name}`);
    const path = join(folder, 'node.sock');
    if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) continue;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    refuseForeignFolder(folder);
    return path;
  }
  throw new Error('no folder is short enough for a socket');
}

function refuseForeignFolder(folder: string): void {
  const found = lstatSync(folder);
  const own = process.getuid === undefined || found.uid === process.getuid();
  if (found.isDirectory() && own && (found.mode & 0o077) === 0) return;
  throw new AppError({
    category: 'unavailable',
    code: 'socket/folder',
    safe: {
      en: `The folder ${folder} should hold this node's socket, but others may enter it. Nothing was changed. Remove it, then start again.`,
      fr: `Le dossier ${folder} doit contenir le socket de ce nœud, mais d'autres peuvent y entrer. Rien n'a été modifié. Supprimez-le, puis relancez.`,
    },
  });
}
