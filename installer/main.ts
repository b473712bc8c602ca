// The installer proper: install.sh has put a release into place and hands over. Facts, plan, steps, summary.
// It holds install.sh's lock (an inherited descriptor) until it ends, and asks nothing.
import { AppError } from '#protocol/errors.ts';
import { existsSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applyPlan } from './apply.ts';
import { pruneReleases } from './machine/files.ts';
import { layoutOf, nodePathOf, type Layout } from './layout.ts';
import { gatherFacts } from './machine/facts.ts';
import { planInstall, type Facts, type Language, type Plan, type Request } from './plan.ts';
import { programOf, type Program } from './program.ts';
import { outcomeText, stepText } from './say.ts';
import { ownSupervisor, type Service } from './service/service.ts';
import { hasSystemd, systemdService } from './service/systemd.ts';

interface Invocation {
  readonly request: Request;
  readonly layout: Layout;
  /** A prefix was given: no user and no unit is made. */
  readonly ownSupervisor: boolean;
}

function readInvocation(args: string[]): Invocation {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args,
    options: {
      prefix: text,
      release: text,
      lang: text,
      username: text,
      port: text,
      url: text,
      registry: text,
      lan: flag,
      'no-start': flag,
      'own-supervisor': flag,
    },
  });
  if (values.prefix === undefined || values.release === undefined) throw new Error('run install.sh instead');
  return {
    layout: layoutOf(values.prefix),
    ownSupervisor: values['own-supervisor'],
    request: {
      release: values.release,
      username: values.username ?? null,
      port: values.port === undefined ? null : Number(values.port),
      url: values.url ?? null,
      registry: values.registry ?? null,
      lan: values.lan,
      start: !values['no-start'],
      language: values.lang === 'fr' ? 'fr' : 'en',
    },
  };
}

async function install({ request, layout, ownSupervisor: isOwn }: Invocation): Promise<void> {
  const nodePath = nodePathOf(process.arch);
  const root = join(layout.releases, request.release);
  const programFor = (dataDir: string): Program => programOf({ root, dataDir, nodePath, env: process.env });
  const uid = process.getuid?.() ?? 0;
  const service =
    !isOwn && hasSystemd(uid)
      ? systemdService({ layout, nodePath, uid, home: homedir() })
      : ownSupervisor(layout, nodePath);
  const facts = await gatherFacts(layout, programFor(layout.data), service);
  const plan = planInstall(request, facts);
  const announce = (step: Plan['steps'][number]): void => {
    const text = stepText(step);
    if (text !== null) process.stdout.write(`${text[request.language]}\n`);
  };
  await applyPlan(plan, { layout, programFor, service, announce });
  rmSync(join(layout.prefix, 'install.log'), { force: true });
  // The one before stays, for whoever must go back; so does one that a node still runs from.
  if (facts.currentRelease !== request.release) {
    pruneReleases(layout, [request.release, facts.currentRelease, facts.service.release]);
  }
  await summarise({ request, layout, facts, plan, service, program: programFor(layout.data) });
}

async function summarise(done: {
  readonly request: Request;
  readonly layout: Layout;
  readonly facts: Facts;
  readonly plan: Plan;
  readonly service: Service;
  readonly program: Program;
}): Promise<void> {
  const { request, layout, service } = done;
  const status = await done.program.status();
  const text = outcomeText({
    language: request.language,
    changed: done.plan.steps.length > 0,
    running: status !== null,
    byHand: done.facts.service.state === 'by-hand',
    username: status?.username ?? null,
    url: status?.server_url ?? null,
    claimUrl: status?.claim_url ?? null,
    registry: status?.registry?.url ?? null,
    lan: request.lan,
    command: shellWord(layout.command),
    logPlace: service.logPlace,
    afterReboot: service.kind === 'supervisor' ? shellWord(layout.superviseCommand) : null,
  });
  process.stdout.write(`${text}\n`);
}

/** A path as one may paste it into a shell. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function explain(error: unknown, language: Language): string {
  if (error instanceof AppError) return error.safe[language];
  throw error;
}

const invocation = readInvocation(process.argv.slice(2));
if (!existsSync(invocation.layout.releases)) throw new Error('run install.sh instead');
try {
  await install(invocation);
} catch (error) {
  process.stderr.write(`${explain(error, invocation.request.language)}\n`);
  process.exitCode = 1;
}
