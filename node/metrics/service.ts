// Metrics: what areas register, and who may read it: programs on this machine, and whoever has the token.
// Behind a proxy everybody seems to be on this machine; so that exemption holds only for a node that lives here itself.
import { isLocalUrl } from '#kernel/network.ts';
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Database } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Random } from '#kernel/ports.ts';
import type { Secrets } from '#node/vault/index.ts';
import { equalBytes, sha256, toBase64Url, utf8 } from '#protocol';
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { openExposition, type Exposition } from './exposition.ts';
import { Counter, Histogram } from './meters.ts';
import { failures, METRICS_MAX, TOKEN_BYTES, WORK_BUCKETS, type Metric, type Sample } from './model.ts';

const SECRET_NAME = 'metrics/token';
/** What a proxy adds, though not every one does. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

export interface Metrics {
  /** What is worked out when somebody asks. */
  gauge(name: string, help: string, read: () => Reading | Promise<Reading>): void;
  counter(name: string, help: string, label: string): Pick<Counter, 'add'>;
  /** Begins to time one piece of work; the returned function ends it and counts it by its outcome. */
  timer(name: string, help: string, label: string): () => (outcome: string) => void;
  /** Who may read, by the request alone. @throws metrics/token */
  requireReader(request: IncomingMessage): Promise<void>;
  exposition(): Promise<Exposition>;
  /** A new token, shown once; the one before ends. */
  makeToken(actor: Actor): Promise<string>;
  removeToken(actor: Actor): Promise<void>;
}

/** One number, or one for each value of a label. */
export type Reading = number | { readonly label: string; readonly values: Readonly<Record<string, number>> };

export interface MetricsHost {
  readonly db: Database;
  readonly events: Events;
  readonly random: Random;
  readonly secrets: Secrets;
  readonly serverUrl: string;
}

export function createMetrics(host: MetricsHost): Metrics {
  const { db, events, secrets } = host;
  const metrics = new Map<string, Metric>();
  let opened: Promise<Exposition> | undefined;
  const add = (metric: Metric): void => {
    assert(/^ored_[a-z_]+$/.test(metric.name), `"${metric.name}" is no name of a metric`);
    assert(!metrics.has(metric.name), `"${metric.name}" has one owner`);
    assert(metrics.size < METRICS_MAX, 'metrics are few');
    metrics.set(metric.name, metric);
  };
  const counter: Metrics['counter'] = (name, help, label) => {
    const made = new Counter(name, help, label);
    add(made);
    return made;
  };
  const hasToken = async (token: string): Promise<boolean> => {
    const kept = await secrets.get(SECRET_NAME);
    return kept !== undefined && equalBytes(kept, sha256(utf8(token)));
  };
  const tell = { subject: 'metrics/token' };

  return {
    gauge: (name, help, read) =>
      add({ name, help, kind: 'gauge', read: async () => samplesOf(await read()) }),
    counter,
    timer(name, help, label) {
      const outcomes = counter(`${name}_total`, help, label);
      const seconds = new Histogram(`${name}_seconds`, `${help}: time taken`, WORK_BUCKETS);
      add(seconds);
      return () => {
        const began = performance.now();
        return (outcome) => {
          seconds.observe((performance.now() - began) / 1_000);
          outcomes.add(outcome);
        };
      };
    },
    async requireReader(request) {
      const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      const may = token === undefined ? isLocal(request, host.serverUrl) : await hasToken(token);
      if (!may) throw failures.token();
    },
    exposition: () => (opened ??= openExposition(metrics)),
    async makeToken(actor) {
      const token = toBase64Url(host.random.bytes(TOKEN_BYTES));
      await db.write(async (tx) => {
        await secrets.put(tx, SECRET_NAME, sha256(utf8(token)));
        await events.append(tx, [{ type: 'metrics.token-made', ...tell, actor: actorToString(actor) }]);
      });
      return token;
    },
    removeToken: (actor) =>
      db.write(async (tx) => {
        await secrets.remove(tx, SECRET_NAME);
        await events.append(tx, [{ type: 'metrics.token-removed', ...tell, actor: actorToString(actor) }]);
      }),
  };
}

function samplesOf(reading: Reading): Sample[] {
  if (typeof reading === 'number') return [{ value: reading }];
  const { label, values } = reading;
  return Object.entries(values).map(([name, value]) => ({ value, labels: { [label]: name } }));
}

/** The local socket, or a program on this machine that came without a proxy to a node that is reached here. */
function isLocal({ headers, socket }: IncomingMessage, serverUrl: string): boolean {
  const from = socket.remoteAddress;
  if (from === undefined || from === '') return true;
  const loopback = /^(?:::ffff:)?127\.|^::1$/.test(from);
  return loopback && isLocalUrl(serverUrl) && PROXY_HEADERS.every((name) => headers[name] === undefined);
}
