// `npm run bench -- NAME`: runs one benchmark of test/bench/, after the yardstick that its figures are divided by.
// Machines drift by a factor of two within an hour: only ratios measured in one run are quoted.
import { parseArgs } from 'node:util';
import { chosen, commitLine, loadRegistered, machineLine } from './measuring.ts';

/** What a benchmark receives. It prints its figures with `report`. */
export interface BenchContext {
  /** Ed25519 verifications a second on one core, measured just before; undefined for calib itself. */
  readonly calib: number | undefined;
  /** What stands after NAME on the command line. */
  readonly args: readonly string[];
  /** Prints a rate, and its ratio to calib. */
  report(what: string, perSecond: number): void;
}

const CALIB = 'calib';

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const benchmarks = await loadRegistered<BenchContext>('test/bench');
const benchmark = chosen(benchmarks, positionals[0]);
console.log(`machine ${machineLine()}`);
console.log(`commit  ${commitLine()}`);

let calib: number | undefined;
const context = (): BenchContext => ({
  calib,
  args: process.argv.slice(3),
  report(what, perSecond) {
    const ratio = calib === undefined ? '' : `  ${(perSecond / calib).toFixed(2)} x calib`;
    console.log(`${what}: ${Math.round(perSecond).toLocaleString('en')}/s${ratio}`);
    if (what === CALIB) calib = perSecond;
  },
});
await benchmarks.find(({ name }) => name === CALIB)?.run(context());
if (benchmark.name !== CALIB) await benchmark.run(context());
