// Refusals of what was not authentic, counted and told to the audit trail once a while: a flood of forgeries
// makes a bounded number of lines, none of them with a payload. Who has not proven its name is told by its network,
// and the name as claimed: anybody can write somebody else's.
import type { Events, NewEvent } from '#kernel/events.ts';
import type { Database } from '#kernel/db/database.ts';
import type { Jobs } from '#kernel/jobs.ts';
import type { Log } from '#kernel/log.ts';
import type { NodeId } from '#protocol';

/** Refusals are told together after this long. */
const TELL_AFTER_MS = 2_000;
/** Kinds of refusals told apart at once; the rest is told as one sum. */
const KINDS_MAX = 100;
/** Names told of those that unproven senders gave themselves. */
const CLAIMS_TOLD_MAX = 5;

/** Whom a refusal is about: a node that has proven itself, or whoever sent from a network under some node's name. */
export type Refused =
  | { readonly proven: NodeId }
  | { readonly claimed: NodeId; /** A /24, a /64, or a carrier. */ readonly network: string };

interface Count {
  readonly code: string;
  readonly actor: string;
  readonly network?: string;
  /** Names that were only claimed: never who it was. */
  readonly claimed: Set<NodeId>;
  count: number;
}

export class RefusalTally {
  readonly #counts = new Map<string, Count>();
  readonly #wake: () => void;
  readonly #log: Log;

  constructor(host: {
    readonly db: Database;
    readonly events: Events;
    readonly jobs: Jobs;
    readonly log: Log;
  }) {
    this.#log = host.log;
    let due = false;
    const job = host.jobs.register({
      name: 'federation/tell-refusals',
      firstAfterMs: null,
      run: async () => {
        // The first wake only starts the pause in which more are gathered.
        if (!due) {
          due = true;
          return TELL_AFTER_MS;
        }
        due = false;
        const told = [...this.#counts.values()];
        this.#counts.clear();
        if (told.length === 0) return null;
        await host.db.write((tx) => host.events.append(tx, told.map(toEvent)));
        return null;
      },
    });
    this.#wake = () => job.wake();
  }

  /** Notes one refusal. */
  add(code: string, who: Refused): void {
    const known = this.#count(code, who);
    known.count += 1;
    if ('claimed' in who && known.claimed.size < CLAIMS_TOLD_MAX) known.claimed.add(who.claimed);
    if (known.count > 1) return;
    this.#log.info({ code, ...who }, 'an envelope was refused');
    this.#wake();
  }

  #count(code: string, who: Refused): Count {
    const subject = 'proven' in who ? `node:${who.proven}` : who.network;
    const key = `${code} ${subject}`;
    const known =
      this.#counts.get(key) ?? (this.#counts.size >= KINDS_MAX ? this.#counts.get('other') : undefined);
    if (known !== undefined) return known;
    const full = this.#counts.size >= KINDS_MAX;
    const made: Count = full
      ? { code: 'federation/refused', actor: 'anonymous', claimed: new Set(), count: 0 }
      : 'proven' in who
        ? { code, actor: subject, claimed: new Set(), count: 0 }
        : { code, actor: 'anonymous', network: subject, claimed: new Set(), count: 0 };
    this.#counts.set(full ? 'other' : key, made);
    return made;
  }
}

function toEvent({ code, actor, network, claimed, count }: Count): NewEvent {
  return {
    type: 'federation.refused',
    subject: 'inbox',
    actor,
    new: {
      code,
      count,
      ...(network === undefined ? {} : { network }),
      ...(claimed.size === 0 ? {} : { claimed_by: [...claimed] }),
    },
  };
}
