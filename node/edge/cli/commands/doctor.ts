// `ored doctor`: looks at what usually goes wrong, whether the node runs or not, and names the next step for each.
// It changes nothing. Exit code 3 when something has failed; warnings alone are 0.
import { exitCodes, type CommandContext } from '#kernel/command.ts';
import { loadConfig } from '#kernel/config.ts';
import { AppError } from '#protocol/errors.ts';
import { getStatus, type Status } from '../../http/api.ts';
import { examine } from '../../doctor/checks.ts';
import type { Finding } from '../../doctor/finding.ts';
import type { OwnCommand } from '../program.ts';

export function doctorCommand(env: Readonly<Record<string, string | undefined>>): OwnCommand {
  return {
    path: 'doctor',
    about: { en: 'Look for what is wrong', fr: 'Chercher ce qui ne va pas' },
    examples: ['ored doctor', 'ored doctor --json'],
    async run(context) {
      const config = loadConfig({ dataDir: context.dataDir, env });
      const facts = { dataDir: context.dataDir, env, config, status: await statusIfRunning(context) };
      const findings = await examine(facts, { deep: true });
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
