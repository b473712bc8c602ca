// Facts about this machine and this installation that the plan is made from. Reads only; changes nothing.
// What cannot be read counts as absent; what belongs to another program is never guessed to be ours.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { currentRelease } from './files.ts';
import { probeHttp, readinessUrl } from './health.ts';
import type { Layout } from '../layout.ts';
import { PROBE_MS_MAX } from '../limits.ts';
import { isPrivateIPv4, type Facts, type Settings } from '../plan.ts';
import type { Program } from '../program.ts';
import { isProcess } from '../service/processes.ts';
import { nodeProgram } from '../service/supervisor-record.ts';
import { holderOf, listeningInodes, type PortHolder } from './port-holder.ts';
import type { Service } from '../service/service.ts';

/** All facts. `programOf` gives the node's command line, used only when there is a node. */
export async function gatherFacts(layout: Layout, program: Program, service: Service): Promise<Facts> {
  const { state, release } = await service.inspect();
  const listeners = readListeners();
  const base = {
    currentRelease: currentRelease(layout),
    portsBusy: portsListening(listeners),
    holderOf: (port: number) => holderOf(listeningInodes(listeners, port)),
    lanAddress: lanAddressOf(networkInterfaces()),
  };
  if (!hasNode(layout)) {
    const unused = { state: 'stopped', release: null, upToDate: service.isUpToDate() } as const;
    return { ...base, node: null, service: unused, ready: false, ownPortLost: false };
  }
  const settings = await readSettings(program);
  const status = await program.status();
  const isReady =
    settings.port !== null &&
    (await probeHttp(readinessUrl(settings.host ?? '127.0.0.1', settings.port), PROBE_MS_MAX)) === 200;
  return {
    ...base,
    node: { username: status?.username ?? null, settings },
    service: {
      state: state === 'stopped' && status !== null ? 'by-hand' : state,
      release,
      upToDate: service.isUpToDate(),
    },
    ready: isReady && status !== null,
    ownPortLost: status === null && settings.port !== null && isLost(layout, base.holderOf(settings.port)),
  };
}

/** While the node was down (between a crash and its restart, say) somebody else may have taken its port. */
function isLost(layout: Layout, holder: PortHolder | null): boolean {
  return holder !== null && !isProcess(holder.pid, nodeProgram, layout.data);
}

/** What listens on a port at this moment, as a person would name it; null when nobody can be seen. */
export function portHolderNow(port: number): PortHolder | null {
  return holderOf(listeningInodes(readListeners(), port));
}

/** A node is created aside and renamed into place, so a data folder with anything in it holds a whole one. */
function hasNode(layout: Layout): boolean {
  return existsSync(layout.data) && readdirSync(layout.data).length > 0;
}

async function readSettings(program: Program): Promise<Settings> {
  const port = await program.readSetting('edge.port');
  return {
    port: port === null ? null : Number(port),
    host: await program.readSetting('edge.host'),
    url: await program.readSetting('node.url'),
    registry: await program.readSetting('registry.url'),
  };
}

/** Ports of the LISTEN entries (state 0A) in the format of /proc/net/tcp, proc(5). */
export function portsListening(tables: string): Set<number> {
  const ports = new Set<number>();
  for (const [, port] of tables.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ 0A /gm)) {
    ports.add(Number.parseInt(port ?? '', 16));
  }
  return ports;
}

function readListeners(): string {
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .filter(existsSync)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

/** The first private IPv4 address of a real interface; bridges of container engines lead nowhere. */
export function lanAddressOf(
  interfaces: NodeJS.Dict<Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal'>[]>,
): string | null {
  for (const [name, addresses] of Object.entries(interfaces)) {
    if (/^(docker|br-|veth|virbr|lxc|podman|cni)/.test(name)) continue;
    const found = addresses?.find(
      ({ family, internal, address }) => family === 'IPv4' && !internal && isPrivateIPv4(address),
    );
    if (found !== undefined) return found.address;
  }
  return null;
}
