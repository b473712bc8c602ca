// `ored doctor`: looks at what usually goes wrong, whether the node runs or not, and names the next step for each.
// It changes nothing. Exit code 3 when something has failed; warnings alone are 0.
import { exitCodes, type CommandContext } from '#kernel/command.ts';
import { loadConfig } from '#kernel/config.ts';
import { AppError } from '#protocol/errors.ts';
import { getStatus, type Status } from '../../http/api.ts';
import { PORT_DEFAULT } from '../../http/address.ts';
import type { OwnCommand } from '../program.ts';
import type { DoctorFacts, Finding } from './doctor-finding.ts';
import { checkClock, checkRegistry } from './doctor-network.ts';
import { checkDatabase, checkDisk, checkKeys, checkPort } from './doctor-machine.ts';

type Check = (facts: DoctorFacts) => Finding | Promise<Finding>;

const checks: readonly Check[] = [
  checkRunning,
  checkKeys,
  checkDatabase,
  checkDisk,
  checkPort,
  checkClock,
  checkRegistry,
  checkRecovery,
  checkOutbox,
];

export function doctorCommand(env: Readonly<Record<string, string | undefined>>): OwnCommand {
  return {
    path: 'doctor',
    about: { en: 'Look for what is wrong', fr: 'Chercher ce qui ne va pas' },
    examples: ['ored doctor', 'ored doctor --json'],
    async run(context) {
      const config = loadConfig({ dataDir: context.dataDir, env });
      const facts = { dataDir: context.dataDir, env, config, status: await statusIfRunning(context) };
      const findings: Finding[] = [];
      for (const check of checks) findings.push(await check(facts));
      const degraded = findings.some(({ verdict }) => verdict === 'fail');
      return {
        json: {
          healthy: !degraded,
          checks: findings.map(({ check, verdict, found, next }) => ({
            check,
            verdict,
            found: context.say(found),
            ...(next === undefined ? {} : { next: context.say(next) }),
          })),
        },
        text: findings.map((finding) => line(finding, context)).join('\n'),
        exit: degraded ? exitCodes.degraded : exitCodes.ok,
      };
    },
  };
}

async function statusIfRunning(context: CommandContext): Promise<Status | undefined> {
  try {
    return await context.call(getStatus, {});
  } catch (error) {
    if (error instanceof AppError && error.category === 'unavailable') return undefined;
    throw error;
  }
}

function line({ check, verdict, found, next }: Finding, context: CommandContext): string {
  const mark = { ok: 'ok  ', warn: 'warn', fail: 'fail' }[verdict];
  const step = next === undefined ? '' : `\n      -> ${context.say(next)}`;
  return `${mark}  ${check.padEnd(10)} ${context.say(found)}${step}`;
}

function checkRunning({ status, config }: DoctorFacts): Finding {
  if (status !== undefined) {
    return {
      check: 'node',
      verdict: 'ok',
      found: { en: `Runs at ${status.server_url}.`, fr: `Tourne sur ${status.server_url}.` },
    };
  }
  const port = config.edge.port ?? PORT_DEFAULT;
  return {
    check: 'node',
    verdict: 'fail',
    found: { en: 'The node is not running.', fr: 'Le nœud ne tourne pas.' },
    next: {
      en: `Start it: ored start (it will listen on port ${port}).`,
      fr: `Démarrez-le : ored start (il écoutera sur le port ${port}).`,
    },
  };
}

function checkRecovery({ status }: DoctorFacts): Finding {
  const state = status?.recovery;
  if (state === 'unconfirmed') {
    return {
      check: 'recovery',
      verdict: 'warn',
      found: {
        en: 'The recovery kit has not been written down: if this machine is lost, so is the identity.',
        fr: "Le kit de secours n'a pas été noté : si cette machine est perdue, l'identité l'est aussi.",
      },
      next: { en: 'ored id kit', fr: 'ored id kit' },
    };
  }
  return {
    check: 'recovery',
    verdict: 'ok',
    found:
      state === undefined
        ? { en: 'Known when the node runs.', fr: 'Connu quand le nœud tourne.' }
        : { en: 'The recovery kit is confirmed.', fr: 'Le kit de secours est confirmé.' },
  };
}

function checkOutbox({ status }: DoctorFacts): Finding {
  const outbox = status?.outbox;
  const count = (name: string): number =>
    typeof outbox === 'object' && outbox !== null && name in outbox
      ? Number((outbox as Record<string, unknown>)[name])
      : 0;
  const stuck = count('stuck');
  if (stuck > 0) {
    return {
      check: 'outbox',
      verdict: 'warn',
      found: {
        en: `${stuck} messages have waited for over an hour. They are kept and tried again.`,
        fr: `${stuck} messages attendent depuis plus d'une heure. Ils sont gardés et retentés.`,
      },
      next: { en: 'See for whom: ored outbox', fr: 'Voir pour qui : ored outbox' },
    };
  }
  const queued = count('queued');
  return {
    check: 'outbox',
    verdict: 'ok',
    found: { en: `${queued} messages wait.`, fr: `${queued} messages en attente.` },
  };
}
