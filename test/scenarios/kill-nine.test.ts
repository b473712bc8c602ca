// The small form of `npm run long -- kill-nine`: three kills during three hundred messages.
import { temporaryFolder } from '#kit';
import { test } from 'node:test';
import { freshProgress, openStreet, writeWithKills } from '../long/killed-stream.ts';
import { checkDatabase, checkDelivered, converge } from '../long/stream-checks.ts';

test('what was acknowledged before a kill -9 of either node is there once and in order', async (t) => {
  using folder = temporaryFolder();
  const plan = { messages: 300, kills: 3, inFlight: 16, seed: 3, folder: folder.path };
  const progress = await freshProgress();
  await using street = await openStreet(plan.folder, progress);
  await writeWithKills(street, plan, progress, { save: () => undefined, say: (line) => t.diagnostic(line) });
  await converge(street);
  for (const line of await checkDelivered(street, progress)) t.diagnostic(line);
  await street.alice.stop();
  await street.bob.stop();
  for (const node of [street.alice, street.bob]) t.diagnostic(checkDatabase(node));
});
