// What an installation does, decided from what is asked and what is there; pure, so that every case is a table row.
// The same request on an unchanged machine gives no steps. Steps are ordered so that a run killed between any two
// is finished by the next one: settings change only while the node is stopped.
import { AppError } from '#protocol/errors.ts';
import { PORT_FIRST, PORT_LAST } from './limits.ts';

export type Language = 'en' | 'fr';

export interface Request {
  /** The release that install.sh has put into place. */
  readonly release: string;
  readonly username: string | null;
  readonly port: number | null;
  readonly url: string | null;
  readonly registry: string | null;
  readonly lan: boolean;
  readonly start: boolean;
  readonly language: Language;
}

export interface Settings {
  readonly port: number | null;
  readonly host: string | null;
  readonly url: string | null;
  readonly registry: string | null;
}

/** stopped; running under our service; left by a supervisor that died; or started by hand in some terminal. */
export type ServiceState = 'stopped' | 'running' | 'orphan' | 'by-hand';

export interface Facts {
  /** What `current` points to. */
  readonly currentRelease: string | null;
  readonly node: { readonly username: string | null; readonly settings: Settings } | null;
  readonly service: {
    readonly state: ServiceState;
    /** The release that the running node was started from. */
    readonly release: string | null;
    /** False when the command files or the systemd unit differ from what this release would write. */
    readonly upToDate: boolean;
  };
  readonly ready: boolean;
  /** TCP ports on which some program listens. */
  readonly portsBusy: ReadonlySet<number>;
  /** The program that listens on a port, null when it cannot be seen. */
  readonly holderOf: (port: number) => { readonly pid: number; readonly name: string } | null;
  /** The node does not answer, and a program that is not it is seen on the node's own port. */
  readonly ownPortLost: boolean;
  readonly lanAddress: string | null;
}

export type SettingKey = 'edge.port' | 'edge.host' | 'node.url' | 'node.language' | 'registry.url';

export type Step =
  | { readonly do: 'stop' }
  | { readonly do: 'switch-release'; readonly release: string }
  | { readonly do: 'write-service' }
  | {
      readonly do: 'init';
      readonly username: string;
      readonly url: string;
      readonly registry: string | null;
      readonly settings: readonly Setting[];
    }
  | { readonly do: 'configure'; readonly setting: Setting }
  | { readonly do: 'start' }
  | { readonly do: 'await-ready' };

export interface Setting {
  readonly key: SettingKey;
  readonly value: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly host: string;
  readonly port: number;
}

/**
 * The steps from `facts` to `request`.
 * @throws installer/port-busy, installer/no-free-port, installer/no-lan, installer/other-node, installer/no-username
 */
export function planInstall(request: Request, facts: Facts): Plan {
  if (request.lan && facts.lanAddress === null) throw noLan();
  if (facts.node === null) return planNewNode(request, facts);
  return planExistingNode(request, facts, facts.node);
}

function planNewNode(request: Request, facts: Facts): Plan {
  const { username } = request;
  if (username === null) throw noUsername();
  const port = request.port ?? firstFreePort(facts.portsBusy);
  if (facts.portsBusy.has(port)) throw portBusy(port, facts.holderOf(port));
  const host = request.lan ? '0.0.0.0' : '127.0.0.1';
  const url = request.url ?? ownUrl(request, facts, port);
  const settings: Setting[] = [
    { key: 'edge.port', value: String(port) },
    { key: 'edge.host', value: host },
    { key: 'node.language', value: request.language },
  ];
  const steps: Step[] = [
    ...preparation(request, facts),
    { do: 'init', username, url, registry: request.registry, settings },
    ...(request.start ? ([{ do: 'start' }, { do: 'await-ready' }] as const) : []),
  ];
  return { steps, host, port };
}

function planExistingNode(request: Request, facts: Facts, node: NonNullable<Facts['node']>): Plan {
  if (request.username !== null && node.username !== null && request.username !== node.username) {
    throw otherNode(node.username);
  }
  const { settings } = node;
  const port = request.port ?? settings.port ?? firstFreePort(facts.portsBusy);
  const host = request.lan ? '0.0.0.0' : (settings.host ?? '127.0.0.1');
  const { state } = facts.service;
  const isOwnPort = state !== 'stopped' && port === settings.port && !facts.ownPortLost;
  if (request.start && facts.portsBusy.has(port) && !isOwnPort) throw portBusy(port, facts.holderOf(port));

  const wanted: [SettingKey, string | null, string | null][] = [
    ['edge.port', settings.port === null ? null : String(settings.port), String(port)],
    ['edge.host', settings.host, request.lan ? host : null],
    ['node.url', settings.url, request.url ?? movedUrl(request, facts, settings, port)],
    ['registry.url', settings.registry, request.registry],
  ];
  const configure = wanted.flatMap(([key, is, value]): Step[] =>
    value === null || sameValue(is, value) ? [] : [{ do: 'configure', setting: { key, value } }],
  );
  const isOutdated = facts.service.release !== null && facts.service.release !== request.release;
  const prepare = preparation(request, facts);
  const mustStop = state === 'running' && (configure.length > 0 || prepare.length > 0 || isOutdated);
  const mustStart = request.start && (state === 'stopped' || state === 'orphan' || mustStop);
  const steps: Step[] = [
    ...(mustStop && request.start ? ([{ do: 'stop' }] as const) : []),
    ...prepare,
    ...configure,
    ...(mustStart ? ([{ do: 'start' }] as const) : []),
    ...(mustStart || (request.start && !facts.ready) ? ([{ do: 'await-ready' }] as const) : []),
  ];
  return { steps, host, port };
}

function preparation(request: Request, facts: Facts): Step[] {
  const steps: Step[] = [];
  if (facts.currentRelease !== request.release)
    steps.push({ do: 'switch-release', release: request.release });
  if (!facts.service.upToDate) steps.push({ do: 'write-service' });
  return steps;
}

function ownUrl(request: Request, facts: Facts, port: number): string {
  return `http://${request.lan && facts.lanAddress !== null ? facts.lanAddress : '127.0.0.1'}:${port}`;
}

/** An address that the installer itself once chose follows the port and --lan; one that the owner gave never does. */
function movedUrl(request: Request, facts: Facts, settings: Settings, port: number): string | null {
  if (settings.url === null) return ownUrl(request, facts, port);
  const url = new URL(settings.url);
  const isOurs =
    url.protocol === 'http:' && isPrivateIPv4(url.hostname) && Number(url.port) === settings.port;
  if (!isOurs) return null;
  if (request.lan) return ownUrl(request, facts, port);
  return `http://${url.hostname}:${port}`;
}

/** Loopback and the ranges of RFC 1918. */
export function isPrivateIPv4(host: string): boolean {
  return /^(127|10)\.\d+\.\d+\.\d+$|^192\.168\.\d+\.\d+$|^172\.(1[6-9]|2\d|3[01])\.\d+\.\d+$/.test(host);
}

function sameValue(a: string | null, b: string): boolean {
  return a !== null && a.replace(/\/+$/, '') === b.replace(/\/+$/, '');
}

function firstFreePort(busy: ReadonlySet<number>): number {
  for (let port = PORT_FIRST; port <= PORT_LAST; port++) if (!busy.has(port)) return port;
  throw new AppError({
    category: 'conflict',
    code: 'installer/no-free-port',
    safe: {
      en: `All ports from ${PORT_FIRST} to ${PORT_LAST} are in use. No node was changed. Choose one with --port N.`,
      fr: `Tous les ports de ${PORT_FIRST} à ${PORT_LAST} sont occupés. Aucun nœud n'a été modifié. Choisissez-en un avec --port N.`,
    },
  });
}

function portBusy(port: number, holder: ReturnType<Facts['holderOf']>): AppError {
  const named = holder === null ? '' : ` (${holder.name}, ${holder.pid})`;
  return new AppError({
    category: 'conflict',
    code: 'installer/port-busy',
    safe: {
      en: `Port ${port} is in use by another program${named}. Nothing was lost. Stop that program (see "ss -ltnp"), or choose another port with --port N.`,
      fr: `Le port ${port} est occupé par un autre programme${named}. Rien n'est perdu. Arrêtez ce programme (voir « ss -ltnp »), ou choisissez un autre port avec --port N.`,
    },
  });
}

function noLan(): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'installer/no-lan',
    safe: {
      en: 'This machine has no address on a local network. No node was changed. Connect it, or leave --lan out.',
      fr: "Cette machine n'a pas d'adresse sur un réseau local. Aucun nœud n'a été modifié. Connectez-la, ou retirez --lan.",
    },
  });
}

function otherNode(username: string): AppError {
  return new AppError({
    category: 'conflict',
    code: 'installer/other-node',
    safe: {
      en: `The node "${username}" already lives here. Nothing was changed. For a second node, choose another place with --prefix DIR.`,
      fr: `Le nœud « ${username} » est déjà installé ici. Rien n'a été modifié. Pour un second nœud, choisissez un autre endroit avec --prefix DIR.`,
    },
  });
}

function noUsername(): AppError {
  return new AppError({
    category: 'invalid',
    code: 'installer/no-username',
    safe: {
      en: 'Which name should the node have? No node was created. Give it with --username U.',
      fr: "Quel nom le nœud doit-il avoir ? Aucun nœud n'a été créé. Donnez-le avec --username U.",
    },
  });
}
