// Where everything of an installation lies. One prefix holds the releases, the data apart from them, and the commands.
// `current` is the only thing that moves when a release replaces another.
import { join } from 'node:path';

export interface Layout {
  readonly prefix: string;
  readonly releases: string;
  /** Symbolic link to the release in use. */
  readonly current: string;
  readonly data: string;
  /** Where a node is created before it is renamed to `data` as a whole. */
  readonly dataDraft: string;
  readonly command: string;
  readonly superviseCommand: string;
}

export function layoutOf(prefix: string): Layout {
  return {
    prefix,
    releases: join(prefix, 'releases'),
    current: join(prefix, 'current'),
    data: join(prefix, 'data'),
    dataDraft: join(prefix, '.data-draft'),
    command: join(prefix, 'bin', 'ored'),
    superviseCommand: join(prefix, 'bin', 'ored-supervise'),
  };
}

/** Files of a running node that the installer, the supervisor and `ored stop` share; all under the data folder. */
export interface RunFiles {
  /** `{pid, started_at, node_pid, restarts}` while a supervisor runs. */
  readonly supervisor: string;
  /** Held with flock for as long as a supervisor lives. */
  readonly lock: string;
  readonly runDir: string;
  readonly logDir: string;
  readonly log: string;
}

export function runFilesOf(dataDir: string): RunFiles {
  const runDir = join(dataDir, 'run');
  const logDir = join(dataDir, 'log');
  return {
    runDir,
    logDir,
    supervisor: join(runDir, 'supervisor.json'),
    lock: join(runDir, 'supervisor.lock'),
    log: join(logDir, 'node.log'),
  };
}

/** The Node of a release, below its root. @throws when the processor has none: install.sh has refused it before */
export function nodePathOf(arch: string): string {
  if (arch !== 'x64' && arch !== 'arm64') throw new Error(`no Node for ${arch}`);
  return `node_modules/node-linux-${arch}/bin/node`;
}

/**
 * What our own programs may see of the caller's environment. A list of what passes, because NODE_OPTIONS, npm's
 * variables or an ORED_ setting of today's shell must not decide how the node runs after the next reboot.
 */
const variablesKept = [
  'HOME',
  'USER',
  'LOGNAME',
  'PATH',
  'LANG',
  'LC_ALL',
  'LC_MESSAGES',
  'TZ',
  'TMPDIR',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

export function cleanEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    variablesKept.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
