// `ored stop`: ends the node in order, and first its supervisor, which would start it again.
// A process is only signalled when it is proven to be ours: the lock names it by its start time, the supervisor by
// its command line.
import { AppError } from '#protocol/errors.ts';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { lockHolder } from '../../run/lock.ts';
import { supervisorFile } from '../../run/paths.ts';
import { commandLineOf, isRunning, nameProcess } from '../../run/process-id.ts';
import type { OwnCommand } from '../program.ts';

/** The node's own limit is 9 s, the supervisor's a little more. */
const STOP_WAIT_MS_MAX = 15_000;
const LOOK_EVERY_MS = 50;

const supervisorSchema = z.looseObject({ pid: z.number().int().positive() });

export const stopCommand: OwnCommand = {
  path: 'stop',
  about: { en: 'Stop the node and its supervisor', fr: 'Arrêter le nœud et son superviseur' },
  examples: ['ored stop'],
  async run(context) {
    const supervisor = supervisorOf(context.dataDir);
    const node = lockHolder(context.dataDir);
    const targets = [supervisor, node].filter((target) => target !== undefined);
    // The supervisor stops its node itself; signalling both would count as a second, immediate stop.
    const first = targets[0];
    if (first !== undefined) process.kill(first.pid, 'SIGTERM');
    const deadline = performance.now() + STOP_WAIT_MS_MAX;
    while (targets.some(isRunning)) {
      if (performance.now() > deadline) throw stillRunning(targets.filter(isRunning).map(({ pid }) => pid));
      await pause(LOOK_EVERY_MS);
    }
    const stopped = targets.length > 0;
    return {
      json: { stopped },
      text: context.say(
        stopped
          ? { en: 'Stopped.', fr: 'Arrêté.' }
          : { en: 'The node was not running.', fr: 'Le nœud ne tournait pas.' },
      ),
    };
  },
};

function supervisorOf(dataDir: string): ReturnType<typeof nameProcess> {
  let text: string;
  try {
    text = readFileSync(supervisorFile(dataDir), 'utf8');
  } catch {
    // No supervisor has run here.
    return undefined;
  }
  const parsed = supervisorSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return undefined;
  const words = commandLineOf(parsed.data.pid);
  const ours = words.some((word) => word.endsWith('supervise.ts')) && words.includes(dataDir);
  return ours ? nameProcess(parsed.data.pid) : undefined;
}

function stillRunning(pids: readonly number[]): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'cli/still-running',
    safe: {
      en: `The node has not stopped yet (process ${pids.join(', ')}). Nothing was lost. Wait, or end it with "kill -9 ${pids.join(' ')}": its data survives that.`,
      fr: `Le nœud ne s'est pas encore arrêté (processus ${pids.join(', ')}). Rien n'est perdu. Attendez, ou terminez-le avec « kill -9 ${pids.join(' ')} » : ses données y survivent.`,
    },
  });
}
