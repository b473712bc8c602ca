// A node in a process of its own that can be killed at any moment, and what its owner asks of it meanwhile: calls go
// over its local socket, many at once, without a process for each. What a killed node left unanswered is told apart
// from a refusal: only the first may happen here.
import { eventually, runCli, spawnNode, type Program } from '#kit';
import type { CommandContext } from '#kernel/command.ts';
import { createClient } from '#node/edge/cli/client.ts';
import { socketPathOf } from '#node/edge/run/paths.ts';
import { addFriend, changeBond, listConnections } from '#node/people/api.ts';
import { getStatus } from '#node/edge/http/api.ts';
import { AppError } from '#protocol/errors.ts';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { z } from 'zod';

/** What was promised for a return after a fault: ready again, unaided. */
const READY_MS_MAX = 30_000;
const registered = z.looseObject({ registry: z.looseObject({ registered: z.boolean() }) });

export interface KillableNode extends AsyncDisposable {
  readonly name: string;
  readonly nodeId: string;
  readonly dataDir: string;
  readonly call: CommandContext['call'];
  /** Resolves while the node runs; with a killed one, when it has started again. */
  up(): Promise<void>;
  /** SIGKILL, now. */
  kill(): Promise<void>;
  /** Lets the nth write to a file from now on be its last (SIGKILL by strace); `died` resolves when it was. */
  killAtWrite(nth: number): Promise<{ readonly died: Promise<void> }>;
  start(): Promise<void>;
  /** An orderly stop. */
  stop(): Promise<void>;
  /** Everything that its processes have said. */
  output(): string;
}

/** Makes (unless the folder holds it already) and starts a node that the registry knows. */
export async function settle(options: {
  readonly name: string;
  readonly dataDir: string;
  readonly port: number;
  readonly registry: string;
}): Promise<KillableNode> {
  const { name, dataDir, port, registry } = options;
  if (!existsSync(dataDir)) {
    const url = `http://127.0.0.1:${port}`;
    const words = ['init', '--username', name, '--url', url, '--registry', registry];
    const made = await runCli({ dataDir }, words);
    assert.equal(made.code, 0, made.stderr);
  }
  const node = await run(name, dataDir);
  await eventually(`${name} is registered`, async () => {
    return registered.parse(await node.call(getStatus, {})).registry.registered;
  });
  return node;
}

async function run(name: string, dataDir: string): Promise<KillableNode> {
  let program: Program = await spawnNode({ dataDir });
  const nodeId = z.string().parse(program.ready.node_id);
  let running: PromiseWithResolvers<void> = Promise.withResolvers();
  running.resolve();
  const said: string[] = [];
  const ended = (): void => void said.push(program.stdout(), program.stderr());
  return {
    name,
    nodeId,
    dataDir,
    ...createClient({ socketPath: () => socketPathOf(dataDir), language: 'en' }),
    up: () => running.promise,
    async kill() {
      running = Promise.withResolvers();
      // Whoever waits for it hears of a start that failed; nobody has to wait.
      running.promise.catch(() => undefined);
      assert.equal(await program.end('SIGKILL'), null);
      ended();
    },
    async killAtWrite(nth) {
      const inject = `inject=pwrite64:signal=KILL:when=${nth}`;
      const args = ['-f', '-e', 'trace=pwrite64', '-e', inject, '-o', '/dev/null', '-p', String(program.pid)];
      const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
      await once(strace.stderr, 'data');
      const { child } = program;
      const died = once(child, 'exit').then(() => {
        running = Promise.withResolvers();
        running.promise.catch(() => undefined);
        assert.equal(child.signalCode, 'SIGKILL', program.stderr());
        ended();
      });
      return { died };
    },
    async start() {
      const began = performance.now();
      try {
        program = await spawnNode({ dataDir });
      } catch (error) {
        running.reject(error);
        throw error;
      }
      assert.ok(performance.now() - began < READY_MS_MAX, `${name} was ready too late`);
      running.resolve();
    },
    async stop() {
      assert.equal(await program.end('SIGTERM'), 0, program.stderr());
      ended();
    },
    output: () => [...said, program.stdout(), program.stderr()].join(''),
    [Symbol.asyncDispose]: async () => void (await program.end('SIGKILL')),
  };
}

/** True when a call failed because the node was gone, so that nobody knows whether it took effect. */
export function wasGone(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'cli/no-answer' || error.code === 'cli/not-running');
}

/** `one` asks and `other` accepts, unless they are friends already. */
export async function befriend(one: KillableNode, other: KillableNode): Promise<void> {
  const areFriends = async (): Promise<boolean> => {
    const { items } = await one.call(listConnections, { query: {} });
    return items.some(({ node_id, status }) => node_id === other.nodeId && status === 'accepted');
  };
  if (await areFriends()) return;
  await one.call(addFriend, { body: { who: other.name } });
  await eventually('the request has come', async () => {
    await other.call(changeBond, { params: { action: 'accept' }, body: { who: one.name } });
    return true;
  });
  await eventually('both are friends', areFriends);
}
