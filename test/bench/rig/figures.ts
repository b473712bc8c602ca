// How figures other than rates are taken and printed: percentiles, processor time, and whether an aim is met.
import { readFileSync } from 'node:fs';

/** The value below which this share of the sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** `p50 1.2 ms, p95 3.4 ms, p99 5.6 ms` of sorted milliseconds. */
export function percentiles(sorted: readonly number[]): string {
  return [50, 95, 99].map((p) => `p${p} ${quantile(sorted, p / 100).toFixed(1)} ms`).join(', ');
}

/** Processor time that a process has used, in ms: what busy neighbours change least. Linux only. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const TICK_MS = 10;
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Prints a figure beside its aim. A shared machine may miss one; the reader judges, so nothing fails here. */
export function reportAim(what: string, figure: number, unit: string, aim: number): void {
  const verdict = figure <= aim ? 'within' : 'OVER';
  console.log(`${what}: ${figure.toFixed(1)} ${unit} (${verdict} the aim of ${aim} ${unit})`);
}
