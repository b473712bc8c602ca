// The inbox, durable and verified, everything on: 64 senders, one envelope a request over 64 connections, and batches
// of 100 over 16. Aims: 0.72 and 1.16 x calib (docs/architecture.md, Measuring). Arguments: seconds, and `single` or `batch` for one of them.
import { joinBatch, type NodeId } from '#protocol';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { makeSigner, type Signer } from '../federation/rig.ts';
import type { BenchContext } from '../../scripts/bench.ts';
import { openLane, type Lane } from './inbox/client.ts';
import type { FromServer, ToServer } from './inbox/server.ts';

const SENDERS = 64;
const SINGLE_LANES = 64;
const BATCH_LANES = 16;
const BATCH = 100;
const SECONDS_DEFAULT = 5;
/** Envelopes signed ahead for each second that is measured: above what any machine has reached. */
const PER_SECOND_MAX = 14_000;

export const name = 'inbox';
export const description = 'Messages a second through the inbox, singly and in batches';

export async function run(context: BenchContext): Promise<void> {
  const seconds = Number(context.args[0] ?? SECONDS_DEFAULT);
  const server = fork(new URL('./inbox/server.ts', import.meta.url), {
    env: { ...process.env, UV_THREADPOOL_SIZE: String(availableParallelism()) },
  });
  try {
    const [{ url, nodeId }] = (await once(server, 'message')) as [{ url: string; nodeId: NodeId }];
    const senders = await introduceAll(url);
    await tell(server, { contacts: senders.map((sender) => sender.nodeId) });
    const shared = { supply: new Supply(senders, nodeId), serverPid: server.pid ?? 0 };
    await measure(context, url, { what: 'warm-up', seconds: 1, lanes: SINGLE_LANES, batch: 1, ...shared });
    if (context.args[1] !== 'batch')
      await measure(context, url, { what: 'single', seconds, lanes: SINGLE_LANES, batch: 1, ...shared });
    if (context.args[1] !== 'single')
      await measure(context, url, {
        what: 'batches of 100',
        seconds,
        lanes: BATCH_LANES,
        batch: BATCH,
        ...shared,
      });
  } finally {
    server.send({ end: true } satisfies ToServer);
    await once(server, 'exit');
  }
}

export interface Load {
  readonly what: string;
  readonly seconds: number;
  readonly lanes: number;
  readonly batch: number;
  readonly supply: Supply;
  readonly serverPid: number;
}

/** Envelopes signed ahead, taken in each sender's order; what one load leaves the next one takes. */
export class Supply {
  readonly #senders: readonly Signer[];
  readonly #to: NodeId;
  readonly #queues: { readonly envelopes: Uint8Array[]; at: number }[];

  constructor(senders: readonly Signer[], to: NodeId) {
    this.#senders = senders;
    this.#to = to;
    this.#queues = senders.map(() => ({ envelopes: [], at: 0 }));
  }

  /** Round by round, as people write at the same time: ids carry their time, and neighbours in time are stored together. */
  signAhead(each: number): void {
    for (let round = 0; round < each; round += 1) {
      this.#queues.forEach((queue, i) => {
        if (queue.envelopes.length - queue.at >= each) return;
        const envelope = this.#senders[i]?.envelope(this.#to, queue.envelopes.length + 1);
        if (envelope !== undefined) queue.envelopes.push(envelope);
      });
    }
  }

  take(sender: number): Uint8Array {
    const queue = this.#queues[sender];
    const envelope = queue?.envelopes[queue.at];
    if (queue === undefined || envelope === undefined) throw new Error('too few envelopes were signed ahead');
    queue.at += 1;
    return envelope;
  }
}

/** Loads an inbox, prints its figures, and answers them. */
export async function measure(
  context: Pick<BenchContext, 'report'>,
  url: string,
  load: Load,
): Promise<{ readonly perSecond: number; readonly serverUs: number }> {
  const { lanes, batch, seconds, supply } = load;
  // Each lane owns its senders, so that a pair's order is the order of sending.
  const perLane = SENDERS / lanes;
  supply.signAhead(Math.ceil((PER_SECOND_MAX * seconds) / SENDERS));
  const bodyOf = (lane: number): Uint8Array => {
    if (batch === 1) return supply.take(lane);
    return joinBatch(
      Array.from({ length: batch }, (_unused, i) => supply.take(lane * perLane + (i % perLane))),
    );
  };
  const type = batch === 1 ? 'application/orf+json' : 'application/orf-batch+jsonl';
  const open: Lane[] = await Promise.all(Array.from({ length: lanes }, () => openLane(url)));
  const latencies: number[] = [];
  const serverBefore = cpuMs(load.serverPid);
  const ownBefore = process.cpuUsage();
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(
    open.map(async (lane, i) => {
      for (;;) {
        const before = performance.now();
        if (before >= until) return;
        const status = await lane.post(bodyOf(i), type);
        if (status !== 200) throw new Error(`the inbox answered ${status}`);
        latencies.push(performance.now() - before);
      }
    }),
  );
  const elapsedS = (performance.now() - started) / 1000;
  for (const lane of open) lane[Symbol.dispose]();
  const own = process.cpuUsage(ownBefore);
  const messages = latencies.length * batch;
  const serverUs = ((cpuMs(load.serverPid) - serverBefore) * 1000) / messages;
  context.report(load.what, messages / elapsedS);
  latencies.sort((a, b) => a - b);
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(1);
  console.log(`  p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  // Steadier than the rate where neighbours are busy: the rate cannot pass cores / (both together).
  console.log(
    `  CPU a message: server ${serverUs.toFixed(0)} us, load ${((own.user + own.system) / messages).toFixed(0)} us`,
  );
  return { perSecond: messages / elapsedS, serverUs };
}

/** CPU time of a process in milliseconds (Linux: user and system, in ticks of 10 ms). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export async function introduceAll(url: string): Promise<Signer[]> {
  const senders: Signer[] = [];
  for (let i = 0; i < SENDERS; i += 1) {
    const sender = await makeSigner({ name: `sender-${String(i)}` });
    const response = await fetch(`${url}/orf/v1/introduce`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sender.introduction),
    });
    // The budget of introductions is for strangers; the benchmark waits for it to refill.
    if (response.status === 429) {
      await new Promise((resolve) => void setTimeout(resolve, 1_000));
      i -= 1;
      continue;
    }
    if (response.status !== 200) throw new Error(`introduction: ${response.status}`);
    senders.push(sender);
  }
  return senders;
}

export async function tell(server: ChildProcess, message: ToServer): Promise<FromServer> {
  server.send(message);
  const [answer] = (await once(server, 'message')) as [FromServer];
  return answer;
}
