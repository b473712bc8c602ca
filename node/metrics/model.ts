// What is measured: numbers by name, with labels from short fixed lists. Pure.
// No name, id or address of anybody is ever a label.
import { AppError } from '#protocol';

/** Kinds of the Prometheus exposition format. */
export type MetricKind = 'counter' | 'gauge' | 'histogram';

export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Where it is not the metric's own: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
}

export interface Metric {
  /** `ored_` first, unit and `_total` last. */
  readonly name: string;
  readonly help: string;
  readonly kind: MetricKind;
  read(): readonly Sample[] | Promise<readonly Sample[]>;
}

/** Different values of one label; more is told as `other`: what a stranger sends must not grow a list here. */
export const LABELS_MAX = 30;
export const METRICS_MAX = 100;
/** Seconds of work: from one envelope to a batch on a slow disk. */
export const WORK_BUCKETS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
export const TOKEN_BYTES = 32;

export const failures = {
  token: (): AppError =>
    new AppError({
      category: 'unauthorized',
      code: 'metrics/token',
      safe: {
        en: 'Metrics are given to programs on this machine, or for the token that "ored metrics token" makes.',
        fr: 'Les mesures sont données aux programmes de cette machine, ou contre le jeton que crée « ored metrics token ».',
      },
    }),
} as const;
