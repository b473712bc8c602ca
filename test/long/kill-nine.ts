// kill -9 of either node at any moment of a stream of 10,000 messages, 20 times: every message that was acknowledged
// is there, none twice (SECURITY.md, fault 2: A E C R).
import type { LongContext } from '../../scripts/long.ts';
import { freshProgress, openStreet, writeWithKills, type Plan, type Progress } from './killed-stream.ts';
import { checkDatabase, checkDelivered, converge } from './stream-checks.ts';

export const name = 'kill-nine';
export const description =
  'kill -9 of either node, 20 times, during a stream of 10,000 messages and posts through the owner’s API';

export async function run(context: LongContext): Promise<void> {
  const plan: Plan = { messages: 10_000, kills: 20, inFlight: 32, seed: 9, folder: context.workDir };
  // What `save` kept is what this check wrote.
  const progress = (context.saved as Progress | undefined) ?? (await freshProgress());
  await using street = await openStreet(plan.folder, progress);
  context.result(`seed ${plan.seed}, ${plan.inFlight} requests under way at once`);
  const began = performance.now();
  await writeWithKills(street, plan, progress, {
    save: () => context.save(progress),
    say: (line) => context.result(line),
    signal: context.signal,
  });
  if (context.signal.aborted) return;
  context.result(`written in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  context.result(
    `all settled ${((await converge(street)) / 1000).toFixed(1)} s after the last acknowledgement`,
  );
  for (const line of await checkDelivered(street, progress)) context.result(line);
  await street.alice.stop();
  await street.bob.stop();
  for (const node of [street.alice, street.bob]) context.result(checkDatabase(node));
}
