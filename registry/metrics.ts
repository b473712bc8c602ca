// What an operator watches: requests by method and status class, nodes, mailboxes, process health.
// Counts only; no name, id or address ever becomes a label.
import type { Clock } from '#kernel/ports.ts';
import {
  Counter,
  Gauge,
  Histogram,
  Registry as PrometheusRegistry,
  collectDefaultMetrics,
} from 'prom-client';
import { ONLINE_MS } from './limits.ts';
import type { RegistryStore } from './store/store.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** Starts timing one request; the returned function ends it. */
  began(): (method: string, status: number) => void;
}

export function createMetrics(options: { readonly store: RegistryStore; readonly clock: Clock }): Metrics {
  const { store, clock } = options;
  const registers = [new PrometheusRegistry()];
  const [register] = registers as [PrometheusRegistry];
  collectDefaultMetrics({ register });
  const requests = new Counter({
    name: 'ored_registry_requests_total',
    help: 'Requests by method and class of status',
    labelNames: ['method', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'ored_registry_request_seconds',
    help: 'Time to answer, polls included',
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers,
  });
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ name: `ored_registry_${name}`, help, registers });
  const nodes = gauge('nodes', 'Active registered nodes');
  const online = gauge('nodes_online', 'Nodes seen lately');
  const items = gauge('mailbox_items', 'Boxes waiting');
  const bytes = gauge('mailbox_bytes', 'Bytes of boxes waiting');
  return {
    contentType: register.contentType,
    async text() {
      const counts = await store.counts(clock.now() - ONLINE_MS);
      nodes.set(counts.nodes);
      online.set(counts.online);
      items.set(counts.items);
      bytes.set(counts.bytes);
      return register.metrics();
    },
    began() {
      const end = seconds.startTimer();
      return (method, status) => {
        end();
        requests.inc({
          method: ['GET', 'POST'].includes(method) ? method : 'other',
          status: `${Math.floor(status / 100)}xx`,
        });
      };
    },
  };
}
