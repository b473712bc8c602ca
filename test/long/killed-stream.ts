// A stream of messages and posts from alice to bob while either node is killed (SIGKILL) at seeded random moments.
// It keeps what the owner's API has acknowledged, and what was asked for without an answer, for the checks that
// follow (stream-checks.ts). It can be continued: everything that it knows is in its progress.
import { freePort, makeRegistry } from '#kit';
import { sendMessage } from '#node/conversations/api.ts';
import { createPost } from '#node/posts/api.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { befriend, settle, wasGone, type KillableNode } from './killable-node.ts';

/** Every so many is a post for friends, which bob fetches. */
const POST_EVERY = 5;
/** A kill falls up to this long after the acknowledgement that it was drawn for: not always right behind one. */
const KILL_LATER_MS_MAX = 60;
const DOWN_MS_MAX = 600;

export interface Plan {
  readonly messages: number;
  /** Half of them hit alice, half bob. */
  readonly kills: number;
  /** Requests under way at once. */
  readonly inFlight: number;
  readonly seed: number;
  readonly folder: string;
}

/** A text is `kind worker n`: each worker writes its next only when the last was answered. */
export interface Sent {
  readonly kind: 'message' | 'post';
  readonly id: string;
  readonly text: string;
}

export interface Progress {
  readonly ports: { readonly registry: number; readonly alice: number; readonly bob: number };
  readonly acknowledged: Sent[];
  /** Texts whose request broke off: they may have arrived, once. */
  readonly unanswered: string[];
  kills: number;
  written: number;
}

export interface Street extends AsyncDisposable {
  readonly alice: KillableNode;
  readonly bob: KillableNode;
  /** Of the registry. */
  readonly registryDir: string;
}

export async function freshProgress(): Promise<Progress> {
  const [registry, alice, bob] = [await freePort(), await freePort(), await freePort()];
  return { ports: { registry, alice, bob }, acknowledged: [], unanswered: [], kills: 0, written: 0 };
}

/** The registry (in this process) and both nodes, friends; on the data that is in the folder, if there is any. */
export async function openStreet(folder: string, { ports }: Progress): Promise<Street> {
  const stack = new AsyncDisposableStack();
  try {
    const registryDir = `${folder}/registry`;
    const registry = stack.use(await makeRegistry({ dataDir: registryDir, port: ports.registry }));
    const person = async (name: 'alice' | 'bob'): Promise<KillableNode> =>
      stack.use(
        await settle({ name, dataDir: `${folder}/${name}`, port: ports[name], registry: registry.url }),
      );
    const [alice, bob] = [await person('alice'), await person('bob')];
    await befriend(alice, bob);
    return { alice, bob, registryDir, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Numbers in [0, 1) that depend on the seed and the place alone (mulberry32). */
function drawn(seed: number, place: number): number {
  let state = (seed + Math.imul(place + 1, 0x6d2b79f5)) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
}

/** Writes until `plan.messages` are acknowledged, with the kills among them; `save` is called after each. */
export async function writeWithKills(
  street: Street,
  plan: Plan,
  progress: Progress,
  watch: { readonly save: () => void; readonly say: (line: string) => void; readonly signal?: AbortSignal },
): Promise<void> {
  const share = plan.messages / plan.kills;
  while (progress.kills < plan.kills && watch.signal?.aborted !== true) {
    const kill = progress.kills;
    // Pairs of kills hit one each, in a drawn order.
    const first = drawn(plan.seed, 4 * (kill - (kill % 2))) < 0.5;
    const victim = first === (kill % 2 === 0) ? street.alice : street.bob;
    const until = Math.ceil((kill + 1) * share);
    const moment = Math.floor(kill * share + drawn(plan.seed, 4 * kill + 1) * share);
    const writing = write(street.alice, { until, inFlight: plan.inFlight }, progress);
    await reached(progress, moment, writing);
    await pause(drawn(plan.seed, 4 * kill + 2) * KILL_LATER_MS_MAX);
    const at = progress.acknowledged.length;
    await victim.kill();
    await pause(drawn(plan.seed, 4 * kill + 3) * DOWN_MS_MAX);
    const began = performance.now();
    await victim.start();
    const readyMs = performance.now() - began;
    await writing;
    progress.kills += 1;
    watch.save();
    watch.say(
      `kill ${String(progress.kills).padStart(2)}: ${victim.name.padEnd(5)} after ${at} acknowledged; ` +
        `ready again in ${readyMs.toFixed(0)} ms; unanswered so far ${progress.unanswered.length}`,
    );
  }
}

/** Waits until so many are acknowledged, or the writing has ended or failed. */
async function reached(progress: Progress, count: number, writing: Promise<void>): Promise<void> {
  const watched = new AbortController();
  const ended = writing.finally(() => watched.abort());
  // Its failure is told where the writing itself is awaited.
  ended.catch(() => undefined);
  while (!watched.signal.aborted && progress.acknowledged.length < count) await pause(1);
}

/** Writes until so many are acknowledged. */
export async function write(
  alice: KillableNode,
  { until, inFlight }: { readonly until: number; readonly inFlight: number },
  progress: Progress,
): Promise<void> {
  const worker = async (_: unknown, number: number): Promise<void> => {
    while (progress.acknowledged.length < until) {
      const n = progress.written;
      progress.written += 1;
      const kind = n % POST_EVERY === 0 ? 'post' : 'message';
      const text = `${kind} ${number} ${n}`;
      await alice.up();
      try {
        progress.acknowledged.push({ kind, id: await send(alice, kind, text), text });
      } catch (error) {
        if (!wasGone(error)) throw error;
        progress.unanswered.push(text);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

async function send(alice: KillableNode, kind: Sent['kind'], text: string): Promise<string> {
  if (kind === 'message') return (await alice.call(sendMessage, { body: { who: 'bob', text } })).id;
  return (await alice.call(createPost, { body: { text, visibility: 'friends' } })).id;
}
