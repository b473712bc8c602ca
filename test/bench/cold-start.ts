// From the start of the process to the first 200 of /health/ready, as a service manager starts the node. Aim: 1 s.
// The median of several starts: the first one after an update also fills the cache of compiled code.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { freePort } from '#kit';
import { compiledDir } from '#node/edge/run/paths.ts';
import type { BenchContext } from '../../scripts/bench.ts';
import { NODE_FLAGS } from '../../installer/machine/files.ts';
import { quantile, reportAim } from './rig/figures.ts';
import { makeData } from './rig/node.ts';

const STARTS = 7;
const AIM_MS = 1_000;
const LOOK_EVERY_MS = 5;
const READY_MS_MAX = 30_000;

export const name = 'cold-start';
export const description = 'Milliseconds from the start of the process to ready';

export async function run(_context: BenchContext): Promise<void> {
  using made = await makeData();
  const first = await startOnce(made.dataDir);
  const times: number[] = [];
  for (let i = 0; i < STARTS; i += 1) times.push(await startOnce(made.dataDir));
  const sorted = times.toSorted((a, b) => a - b);
  console.log(
    `the very first start: ${first.toFixed(0)} ms; then ${times.map((ms) => ms.toFixed(0)).join(', ')}`,
  );
  reportAim('cold start, best', sorted[0] ?? Number.NaN, 'ms', AIM_MS);
  reportAim('cold start, median', quantile(sorted, 0.5), 'ms', AIM_MS);
}

async function startOnce(dataDir: string): Promise<number> {
  const port = await freePort();
  const started = performance.now();
  const { PATH, HOME, ORED_BENCH_NODE_OPTIONS: options = '' } = process.env;
  const child = spawn(
    process.execPath,
    ['node/main.ts', 'start', '--json', '--data', dataDir, '--port', String(port)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH,
        HOME,
        NODE_COMPILE_CACHE: compiledDir(dataDir),
        NODE_OPTIONS: [...NODE_FLAGS, options].join(' '),
      },
    },
  );
  const ended = once(child, 'close');
  try {
    while (!(await isReady(port))) {
      if (performance.now() - started > READY_MS_MAX) throw new Error('the node was not ready in time');
      await new Promise((resolve) => void setTimeout(resolve, LOOK_EVERY_MS));
    }
    return performance.now() - started;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get({ host: '127.0.0.1', port, path: '/health/ready', agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.once('error', () => resolve(false));
  });
}
