// The doctor's checks of the network: is the registry there, and does its clock agree with ours.
// Requests leave through the node's own network port, so the doctor reaches no address that the node would refuse.
import { createNetwork, type NetworkAnswer } from '#kernel/network.ts';
import { AppError } from '#protocol/errors.ts';
import { portOf, serverUrlOf } from '../http/address.ts';
import { CLOCK_OFF_MS_FAIL, CLOCK_OFF_MS_WARN } from '../limits.ts';
import type { DoctorFacts, Finding, Verdict } from './finding.ts';

const LOOK_MS_MAX = 5_000;

/** The registry answers. None configured is no fault. */
export async function checkRegistry(facts: DoctorFacts): Promise<Finding> {
  const { url } = facts.config.registry;
  if (url === undefined) {
    return {
      check: 'registry',
      verdict: 'warn',
      found: { en: 'This node is in no directory.', fr: "Ce nœud n'est dans aucun annuaire." },
      next: {
        en: 'ored config set registry.url URL, then restart',
        fr: 'ored config set registry.url URL, puis redémarrer',
      },
    };
  }
  const answer = await ask(facts, url);
  if (answer?.status === 200) {
    return { check: 'registry', verdict: 'ok', found: { en: `${url} answers.`, fr: `${url} répond.` } };
  }
  return {
    check: 'registry',
    verdict: 'warn',
    found: {
      en: `${url} cannot be reached. Known people are still reached directly.`,
      fr: `${url} est injoignable. Les personnes connues restent joignables directement.`,
    },
    next: {
      en: 'Check the address and the connection; the node tries again by itself.',
      fr: 'Vérifiez l’adresse et la connexion ; le nœud réessaie de lui-même.',
    },
  };
}

/** Our clock against what contacts sign. Undefined: they do not disagree, or nobody knows. */
function clockByContacts({ status }: DoctorFacts): Finding | undefined {
  const { agrees, off_by_s, peers } = (status?.clock ?? {}) as {
    agrees?: boolean;
    off_by_s?: number;
    peers?: number;
  };
  if (agrees !== false || off_by_s === undefined || peers === undefined) return undefined;
  return {
    check: 'clock',
    verdict: 'fail',
    found: {
      en: `This machine's clock is wrong: ${peers} contacts agree on a time ${Math.abs(off_by_s)} s ${off_by_s > 0 ? 'later' : 'earlier'}. Nothing is lost, but other nodes put off what this one sends.`,
      fr: `L'horloge de cette machine est fausse : ${peers} contacts s'accordent sur une heure ${off_by_s > 0 ? 'en avance' : 'en retard'} de ${Math.abs(off_by_s)} s sur la sienne. Rien n'est perdu, mais les autres nœuds remettent à plus tard ce qu'il envoie.`,
    },
    next: setNetworkTime,
  };
}

const setNetworkTime = {
  en: 'Switch network time on (timedatectl set-ntp true).',
  fr: "Activez l'heure par le réseau (timedatectl set-ntp true).",
};

/** Our clock against contacts, then against the registry's Date header; without one it cannot be judged. */
export async function checkClock(facts: DoctorFacts): Promise<Finding> {
  const byContacts = clockByContacts(facts);
  if (byContacts !== undefined) return byContacts;
  const { url } = facts.config.registry;
  const date = url === undefined ? undefined : (await ask(facts, url))?.headers.date;
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) {
    return {
      check: 'clock',
      verdict: 'ok',
      found: { en: 'Nothing to compare it with.', fr: 'Rien pour la comparer.' },
    };
  }
  const off = Math.abs(Date.now() - theirs);
  const verdict: Verdict = off > CLOCK_OFF_MS_FAIL ? 'fail' : off > CLOCK_OFF_MS_WARN ? 'warn' : 'ok';
  const seconds = Math.round(off / 1000);
  const found = {
    en: `${seconds} s from the registry's.`,
    fr: `${seconds} s d'écart avec celle de l'annuaire.`,
  };
  if (verdict === 'ok') return { check: 'clock', verdict, found };
  return {
    check: 'clock',
    verdict,
    found,
    next: setNetworkTime,
  };
}

async function ask({ config, status }: DoctorFacts, url: string): Promise<NetworkAnswer | undefined> {
  const own = status?.server_url ?? serverUrlOf(config, portOf(config));
  await using network = createNetwork({
    ownUrl: () => own,
    networks: config.federation.networks,
    userAgent: 'O-Red doctor',
  });
  try {
    return await network.request({ method: 'GET', url: `${url}/health/live`, timeoutMs: LOOK_MS_MAX });
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
