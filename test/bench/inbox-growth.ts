// The inbox with few and with many messages stored: a node with 10,000 and one with 1,000,000, loaded in turn, so that
// a machine that drifts drifts for both. Aim: the second within 20 % of the first. Arguments: stored messages, rounds.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { NodeId } from '#protocol';
import type { BenchContext } from '../../scripts/bench.ts';
import { introduceAll, measure, Supply, tell } from './inbox.ts';
import type { ToServer } from './inbox/server.ts';
import { quantile } from './rig/figures.ts';

const FEW = 10_000;
const MANY = 1_000_000;
const ROUNDS = 3;
const SECONDS = 2;
const LANES = 16;
const BATCH = 100;

export const name = 'inbox-growth';
export const description = 'The inbox with 10,000 and with 1,000,000 messages stored';

interface Inbox extends AsyncDisposable {
  load(context: Pick<BenchContext, 'report'>): Promise<void>;
  /** The median of what has been measured. */
  figures(): { readonly perSecond: number; readonly serverUs: number };
}

export async function run(context: BenchContext): Promise<void> {
  const [many = MANY, rounds = ROUNDS] = context.args.map(Number);
  await using small = await openInbox(FEW);
  await using large = await openInbox(many);
  for (let round = 0; round < rounds; round += 1) {
    await small.load(context);
    await large.load(context);
  }
  const [before, after] = [small.figures(), large.figures()];
  const percent = (value: number): string => `${value >= 1 ? '+' : ''}${((value - 1) * 100).toFixed(0)} %`;
  console.log(
    `rate with ${many} stored against ${FEW}: ${percent(after.perSecond / before.perSecond)} (aim: within 20 %)`,
  );
  console.log(`processor time a message: ${percent(after.serverUs / before.serverUs)}`);
}

async function openInbox(stored: number): Promise<Inbox> {
  const server = fork(new URL('./inbox/server.ts', import.meta.url), {
    env: { ...process.env, UV_THREADPOOL_SIZE: String(availableParallelism()) },
  });
  const [{ url, nodeId }] = (await once(server, 'message')) as [{ url: string; nodeId: NodeId }];
  const senders = await introduceAll(url);
  await tell(server, { contacts: senders.map((sender) => sender.nodeId) });
  await tell(server, { stored });
  const shared = {
    supply: new Supply(senders, nodeId),
    serverPid: server.pid ?? 0,
    lanes: LANES,
    batch: BATCH,
  };
  const rates: number[] = [];
  const costs: number[] = [];
  const median = (values: number[]): number =>
    quantile(
      values.toSorted((a, b) => a - b),
      0.5,
    );
  return {
    async load(context) {
      const what = `${stored} stored, batches of ${BATCH}`;
      const { perSecond, serverUs } = await measure(context, url, { what, seconds: SECONDS, ...shared });
      rates.push(perSecond);
      costs.push(serverUs);
    },
    figures: () => ({ perSecond: median(rates), serverUs: median(costs) }),
    async [Symbol.asyncDispose]() {
      server.send({ end: true } satisfies ToServer);
      await once(server, 'exit');
    },
  };
}
