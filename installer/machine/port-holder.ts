// Who listens on a port, as far as this user may see: the kernel's table gives the socket, and the open files of
// processes whose it is (proc(5)). Somebody else's process may be hidden; then nobody is named.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export interface PortHolder {
  readonly pid: number;
  /** The name of the program's file, as a person would know it. */
  readonly name: string;
}

/** Inodes of the sockets that listen on `port`, from the text of /proc/net/tcp. */
export function listeningInodes(tables: string, port: number): Set<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const entry = new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} \\S+ 0A (?:\\S+ ){5}\\s*(\\d+)`, 'gm');
  return new Set([...tables.replaceAll(/ +/g, ' ').matchAll(entry)].flatMap(([, inode]) => inode ?? []));
}

/** The first process that holds one of the sockets, null when none can be seen. */
export function holderOf(inodes: ReadonlySet<string>): PortHolder | null {
  if (inodes.size === 0) return null;
  const wanted = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  for (const entry of readdirSync('/proc')) {
    if (/^\d+$/.test(entry) && holds(entry, wanted)) return { pid: Number(entry), name: nameOf(entry) };
  }
  return null;
}

function holds(pid: string, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  return (listed(folder) ?? []).some((fd) => sockets.has(read(() => readlinkSync(`${folder}/${fd}`)) ?? ''));
}

const listed = (folder: string): string[] | null => read(() => readdirSync(folder));

/** From the command line, since a program may call its threads what it likes. */
function nameOf(pid: string): string {
  const [program = ''] = (read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '').split('\0');
  return basename(program.split(' ')[0] ?? '') || '?';
}

/** Null for what is gone meanwhile or is not ours to see. */
function read<Value>(look: () => Value): Value | null {
  try {
    return look();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}
