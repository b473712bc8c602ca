// Writes metrics as Prometheus reads them, with those of the process itself.
// The library is loaded by the first question: a node that nobody watches does without its 20 MB.
import type { Metric } from './model.ts';

export interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Loads the library and ties the metrics to it; those added later are seen too. */
export async function openExposition(metrics: ReadonlyMap<string, Metric>): Promise<Exposition> {
  const { Registry, collectDefaultMetrics } = await import('prom-client');
  const own = new Registry();
  // Lag of the event loop, memory, CPU, handles; the loop's timer runs from now on.
  collectDefaultMetrics({ register: own });
  const known = new Set<string>();
  return {
    contentType: own.contentType,
    text() {
      for (const [name, metric] of metrics) {
        if (known.has(name)) continue;
        known.add(name);
        // The library asks its metrics for nothing but these two members when it writes.
        own.registerMetric(collectable(metric) as unknown as Parameters<typeof own.registerMetric>[0]);
      }
      return own.metrics();
    },
  };
}

function collectable(metric: Metric): { readonly name: string; get(): Promise<object> } {
  const { name, help, kind } = metric;
  return {
    name,
    async get() {
      const samples = await metric.read();
      const values = samples.map(({ value, labels = {}, suffix = '' }) => ({
        value,
        labels,
        metricName: `${name}${suffix}`,
      }));
      return { name, help, type: kind, values, aggregator: 'sum' };
    },
  };
}
