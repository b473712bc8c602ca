// Resident memory of a node that nobody asks anything, 60 s after its start: an empty one, and one with 10,000 posts.
// Both at the same time, since idling costs nothing. Aim: 120 MB. Argument: seconds to wait.
import { readFileSync } from 'node:fs';
import type { BenchContext } from '../../scripts/bench.ts';
import { reportAim } from './rig/figures.ts';
import { makeData, startProgram } from './rig/node.ts';
import { fillPosts } from './rig/posts.ts';

const IDLE_S = 60;
const AIM_MB = 120;
const POSTS = 10_000;

export const name = 'idle-memory';
export const description = 'Memory of an idle node, empty and with 10,000 posts';

export async function run({ args }: BenchContext): Promise<void> {
  const idleS = Number(args[0] ?? IDLE_S);
  using empty = await makeData();
  using full = await makeData((db, nodeId) => fillPosts(db, nodeId, { posts: POSTS, authors: 100 }));
  await using first = await startProgram(empty.dataDir);
  await using second = await startProgram(full.dataDir);
  await new Promise((resolve) => void setTimeout(resolve, idleS * 1_000));
  reportAim(`empty, after ${idleS} s`, residentMb(first.pid), 'MB', AIM_MB);
  reportAim(`${POSTS} posts, after ${idleS} s`, residentMb(second.pid), 'MB', AIM_MB);
}

/** Linux only; other systems have no such file, and the benchmark says so by failing. */
function residentMb(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kib) * 1_024) / 1e6;
}
