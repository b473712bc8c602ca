// The node as a systemd unit (systemd.service(5), systemd.exec(5)): a system unit for root, a user unit with
// lingering otherwise. Only sandboxing that works for the kind of unit at hand is asked for.
import { AppError } from '#protocol/errors.ts';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commandFiles, isAsWritten, writeOwned, type OwnedFile } from '../machine/files.ts';
import type { Layout } from '../layout.ts';
import { COMMAND_MS_MAX, FIRST_START_RESTARTS_MAX, LOG_TAIL_LINES } from '../limits.ts';
import { releaseOf, type Service } from './service.ts';

const unitName = 'ored.service';

/** Whether systemd runs this machine and would take a unit of this user. */
export function hasSystemd(uid: number): boolean {
  if (!existsSync('/run/systemd/system')) return false;
  return uid === 0 || existsSync(`/run/user/${uid}/systemd`);
}

/** The unit's text. `scope` is 'system' for root's manager, 'user' for one's own. */
export function unitText(layout: Layout, scope: 'system' | 'user'): string {
  return `[Unit]
Description=O-Red node
Documentation=file:${escapeSpecifiers(encodeURI(join(layout.current, 'installer', 'README.md')))}
${scope === 'system' ? 'Wants=network-online.target\nAfter=network-online.target\n' : ''}StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${quoteForUnit(layout.command)} start
Environment=${quoteForUnit(`ORED_DATA_DIR=${layout.data}`)}
UMask=0077
Restart=on-failure
RestartSec=1s
RestartSteps=5
RestartMaxDelaySec=20s
TimeoutStopSec=15s
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
${scope === 'system' ? systemSandbox(layout) : ''}
[Install]
WantedBy=${scope === 'system' ? 'multi-user.target' : 'default.target'}
`;
}

/** MemoryDenyWriteExecute is left out: the JIT compiler of Node writes code. */
function systemSandbox(layout: Layout): string {
  return `CapabilityBoundingSet=
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=${quoteForUnit(layout.data)}
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictNamespaces=yes
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
`;
}

/** The systemd unit of the node in `layout`, for user `uid` with home folder `home`. */
export function systemdService(options: {
  readonly layout: Layout;
  readonly nodePath: string;
  readonly uid: number;
  readonly home: string;
}): Service {
  const { layout, nodePath, uid } = options;
  const scope = uid === 0 ? 'system' : 'user';
  const folder = scope === 'system' ? '/etc/systemd/system' : join(options.home, '.config/systemd/user');
  const unit: OwnedFile = { path: join(folder, unitName), content: unitText(layout, scope), mode: 0o644 };
  const files = [...commandFiles(layout, nodePath), unit];
  const scopeFlags = scope === 'user' ? ['--user'] : [];
  const systemctl = (...words: string[]): Promise<string> =>
    call('systemctl', [...scopeFlags, ...words], uid);
  const show = async (property: string): Promise<string> =>
    (await systemctl('show', '--value', `--property=${property}`, unitName)).trim();
  return {
    kind: 'systemd',
    async inspect() {
      const state = await show('ActiveState');
      const pid = Number(await show('MainPID'));
      const isRunning = state !== 'inactive' && state !== 'failed';
      return { state: isRunning ? 'running' : 'stopped', release: releaseOf(pid > 0 ? pid : null, nodePath) };
    },
    isUpToDate: () => files.every(isAsWritten),
    async write() {
      files.forEach(writeOwned);
      await systemctl('daemon-reload');
    },
    async start() {
      if (scope === 'user') await call('loginctl', ['enable-linger'], uid);
      await systemctl('enable', '--quiet', unitName);
      await systemctl('start', unitName);
    },
    async stop() {
      await systemctl('stop', unitName);
    },
    isFailing: async () => Number(await show('NRestarts')) >= FIRST_START_RESTARTS_MAX,
    logPlace: ['journalctl', ...scopeFlags, '-u', 'ored'].join(' '),
    logTail: () =>
      call('journalctl', [...scopeFlags, '-u', unitName, '-n', String(LOG_TAIL_LINES), '-o', 'cat'], uid),
  };
}

/** One word of a unit's command or path: quoted, with systemd's specifiers and variables taken literally. */
export function quoteForUnit(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$');
  return `"${escapeSpecifiers(escaped)}"`;
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

/** @throws installer/systemd with what the command printed */
function call(command: string, args: readonly string[], uid: number): Promise<string> {
  const env = { ...process.env, XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${uid}` };
  return new Promise((resolve, reject) => {
    execFile(command, args, { env, timeout: COMMAND_MS_MAX }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(refused([command, ...args].join(' '), stderr.trim() || error.message, error));
    });
  });
}

function refused(command: string, said: string, cause: unknown): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'installer/systemd',
    safe: {
      en: `"${command}" failed: ${said}. Your data is untouched. To do without systemd, give the place explicitly: --prefix ~/.local/share/ored`,
      fr: `« ${command} » a échoué : ${said}. Vos données sont intactes. Pour vous passer de systemd, indiquez l'endroit : --prefix ~/.local/share/ored`,
    },
    cause,
  });
}
