// Carries out a plan, one step after the other. Each step can be repeated, so that a run that was killed is
// finished by the next one. A failed step throws; nothing is undone that would lose data.
import { AppError } from '#protocol/errors.ts';
import { renameSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { portHolderNow } from './machine/facts.ts';
import { switchRelease } from './machine/files.ts';
import { awaitReady, probeHttp, readinessUrl } from './machine/health.ts';
import type { Layout } from './layout.ts';
import type { Plan, Step } from './plan.ts';
import type { Program } from './program.ts';
import { isProcess } from './service/processes.ts';
import type { Service } from './service/service.ts';
import { nodeProgram } from './service/supervisor-record.ts';

export interface ApplyContext {
  readonly layout: Layout;
  /** `ored` of the new release on a data folder. */
  readonly programFor: (dataDir: string) => Program;
  readonly service: Service;
  readonly announce: (step: Step) => void;
}

/** @throws installer/not-ready, installer/command-failed, installer/not-stopped, installer/systemd */
export async function applyPlan(plan: Plan, context: ApplyContext): Promise<void> {
  const started = plan.steps.some((step) => step.do === 'start');
  for (const step of plan.steps) {
    context.announce(step);
    switch (step.do) {
      case 'stop':
        await context.service.stop();
        break;
      case 'switch-release':
        switchRelease(context.layout, step.release);
        break;
      case 'write-service':
        await context.service.write();
        break;
      case 'init':
        await createNode(step, context);
        break;
      case 'configure':
        await context.programFor(context.layout.data).writeSetting(step.setting);
        break;
      case 'start':
        await context.service.start();
        break;
      case 'await-ready':
        await becomeReady(plan, context, started);
        break;
    }
  }
}

/** The node is made and set up aside, then renamed: there is a whole node or none. */
async function createNode(step: Extract<Step, { do: 'init' }>, context: ApplyContext): Promise<void> {
  const { data, dataDraft } = context.layout;
  // A draft is left by a run that was killed: nobody has ever seen its identity.
  rmSync(dataDraft, { recursive: true, force: true });
  const draft = context.programFor(dataDraft);
  await draft.init(step);
  for (const setting of step.settings) await draft.writeSetting(setting);
  // An empty folder, perhaps a mount point's, may stand there; rename replaces just that.
  renameSync(dataDraft, data);
}

async function becomeReady(plan: Plan, context: ApplyContext, started: boolean): Promise<void> {
  const { service } = context;
  const url = readinessUrl(plan.host, plan.port);
  const ports = { probe: probeHttp, now: () => performance.now(), pause: (ms: number) => pause(ms) };
  const outcome = await awaitReady(ports, url, {
    isOurs: async () => (await context.programFor(context.layout.data).status()) !== null,
    isFailing: () => service.isFailing(),
  });
  if (outcome === 'ready') return;
  const tail = [await service.logTail(), ...strangerOn(plan.port, context.layout)].join('\n');
  // What this run started, and nobody has seen running, does not go on failing in the background.
  if (started) await service.stop();
  throw new AppError({
    category: 'unavailable',
    code: 'installer/not-ready',
    safe: {
      en: `The node did not start. Your data is untouched. The end of its log (${service.logPlace}):\n\n${tail}\n\nPut right what it says, then run this again.`,
      fr: `Le nœud n'a pas démarré. Vos données sont intactes. La fin de son journal (${service.logPlace}) :\n\n${tail}\n\nCorrigez ce qu'il indique, puis recommencez.`,
    },
  });
}

/** The commonest reason by name, when it can be seen: the port went to somebody else while the node was down. */
function strangerOn(port: number, layout: Layout): string[] {
  const holder = portHolderNow(port);
  if (holder === null || isProcess(holder.pid, nodeProgram, layout.data)) return [];
  return [`port ${port}: ${holder.name} (${holder.pid})`];
}
