// The figures of several rounds: the median of each, printed beside its aim.
import { quantile } from '../rig/figures.ts';

export interface Aim {
  readonly what: string;
  readonly unit: string;
  /** Undefined: told without an aim. */
  readonly below?: number;
  readonly digits?: number;
}

/** Collects rounds by name, in the order in which names first come. */
export class Figures {
  readonly #rounds = new Map<string, { aim: Aim; values: number[] }>();

  add(aim: Aim, value: number): void {
    const kept = this.#rounds.get(aim.what) ?? { aim, values: [] };
    kept.values.push(value);
    this.#rounds.set(aim.what, kept);
  }

  print(): void {
    for (const { aim, values } of this.#rounds.values()) {
      const { what, unit, below, digits = 0 } = aim;
      const sorted = values.toSorted((a, b) => a - b);
      const median = quantile(sorted, 0.5);
      const verdict =
        below === undefined
          ? ''
          : `  ${median < below ? 'within' : 'NOT within'} the aim of ${below} ${unit}`;
      const all = values.map((value) => value.toFixed(digits)).join(', ');
      console.log(`${what}: ${median.toFixed(digits)} ${unit}${verdict}  (${all})`);
    }
  }
}
