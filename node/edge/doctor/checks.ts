// What the doctor looks at, in order: the node itself, its machine, its network, and what its owner still has to do.
// From the command line every page of the database is read; a running node asked by its owner leaves that out, since it
// would stand still meanwhile.
import { PORT_DEFAULT } from '../http/address.ts';
import type { DoctorFacts, Finding } from './finding.ts';
import { checkDatabase, checkDisk, checkKeys, checkPort } from './machine.ts';
import { checkClock, checkRegistry } from './network.ts';

type Check = (facts: DoctorFacts) => Finding | Promise<Finding>;

const quickChecks: readonly Check[] = [
  checkRunning,
  checkKeys,
  checkDisk,
  checkPort,
  checkClock,
  checkRegistry,
  checkRecovery,
  checkOutbox,
];

/** What is found, in order; `deep` reads the whole database too. */
export async function examine(facts: DoctorFacts, options: { readonly deep: boolean }): Promise<Finding[]> {
  const checks = options.deep
    ? [checkRunning, checkKeys, checkDatabase, ...quickChecks.slice(2)]
    : quickChecks;
  const findings: Finding[] = [];
  for (const check of checks) findings.push(await check(facts));
  return findings;
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
        fr: "Le kit de récupération n'a pas été noté : si cette machine est perdue, l'identité l'est aussi.",
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
        : { en: 'The recovery kit is confirmed.', fr: 'Le kit de récupération est confirmé.' },
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
