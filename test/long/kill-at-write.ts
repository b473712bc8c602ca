// A node dies at each of its first writes to a file, counted from a moment in the middle of a stream: by strace, which
// turns the nth pwrite64 into SIGKILL (SECURITY.md, fault 1: A E C R).
import type { LongContext } from '../../scripts/long.ts';
import { freshProgress, openStreet, write } from './killed-stream.ts';
import { checkDatabase, checkDelivered, converge } from './stream-checks.ts';

export const name = 'kill-at-write';
export const description =
  'alice and bob each die at the 1st, 2nd ... 25th write to a file in a stream of messages';

const WRITES = 25;
const STEP = 20;

export async function run(context: LongContext): Promise<void> {
  const progress = await freshProgress();
  const folder = `${context.workDir}/${Date.now()}`;
  await using street = await openStreet(folder, progress);
  const { alice, bob } = street;
  for (let nth = 1; nth <= WRITES && !context.signal.aborted; nth += 1) {
    for (const victim of [alice, bob]) {
      const { died } = await victim.killAtWrite(nth);
      const dead = new AbortController();
      const writing = (async () => {
        while (!dead.signal.aborted)
          await write(alice, { until: progress.acknowledged.length + STEP, inFlight: 4 }, progress);
      })();
      await died;
      dead.abort();
      await victim.start();
      await writing;
    }
  }
  if (context.signal.aborted) return;
  context.result(
    `each node died at each of its first ${WRITES} writes to a file, ${2 * WRITES} deaths in all`,
  );
  context.result(
    `all settled ${((await converge(street)) / 1000).toFixed(1)} s after the last acknowledgement`,
  );
  for (const line of await checkDelivered(street, progress)) context.result(line);
  await alice.stop();
  await bob.stop();
  for (const node of [alice, bob]) context.result(checkDatabase(node));
}
