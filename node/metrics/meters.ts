// Counts and times in memory, as light as the hot paths that they stand in: no library is loaded for them.
// Everything is bounded: buckets are fixed, labels end in `other`.
import { LABELS_MAX, type Metric, type Sample } from './model.ts';

/** Counts what has happened, by one label. */
export class Counter implements Metric {
  readonly kind = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #label: string;
  readonly #counts = new Map<string, number>();

  constructor(name: string, help: string, label: string) {
    this.name = name;
    this.help = help;
    this.#label = label;
  }

  add(value: string, count = 1): void {
    const known = this.#counts.has(value) || this.#counts.size < LABELS_MAX;
    const key = known ? value : 'other';
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  read(): Sample[] {
    return [...this.#counts].map(([label, value]) => ({ value, labels: { [this.#label]: label } }));
  }
}

/** Counts values by size, in fixed buckets. */
export class Histogram implements Metric {
  readonly kind = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** `bounds` rise. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const at = found === -1 ? this.#bounds.length : found;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += value;
  }

  /** As Prometheus wants them: each bucket holds those below it too. */
  read(): Sample[] {
    let count = 0;
    const buckets = [...this.#bounds.map(String), '+Inf'].map((le, at): Sample => {
      count += this.#counts[at] ?? 0;
      return { suffix: '_bucket', labels: { le }, value: count };
    });
    return [...buckets, { suffix: '_sum', value: this.#sum }, { suffix: '_count', value: count }];
  }
}
