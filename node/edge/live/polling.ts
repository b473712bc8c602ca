// The twin of the live socket for clients that cannot have one: the same answers, by asking, waiting if wished.
// A waiting question ends with its session, with the node, and when the client has gone; too many are answered at once.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import type { Clock } from '#kernel/ports.ts';
import type { Events } from '#kernel/events.ts';
import { AppError } from '#protocol/errors.ts';
import type { Guard } from '../guard.ts';
import { LIVE_CONNECTIONS_MAX } from '../limits.ts';
import { getChanges, type Changes } from './api.ts';
import type { ReadChanges } from './changes.ts';

export interface Polling extends Disposable {
  readonly route: BoundRoute;
}

interface PollingHost {
  readonly clock: Clock;
  readonly events: Pick<Events, 'onAppended'>;
  readonly guard: Pick<Guard, 'sessionStands' | 'onSessionEnded'>;
  readonly read: ReadChanges;
}

export function createPolling(host: PollingHost): Polling {
  const { guard, read } = host;
  const bells = new Set<Bell>();
  let closing = false;

  /** Reads again after each event until there is something to tell, or no reason to wait any longer. */
  const wait = async (
    first: Changes,
    waitMs: number,
    { session, signal }: { session: string | undefined; signal: AbortSignal },
  ): Promise<Changes> => {
    using bell = createBell(host, { waitMs, session, signal });
    bells.add(bell);
    try {
      let found = first;
      // What happens may be nothing that is told: the waiting goes on from where the log stands then.
      do {
        found = await read(found.cursor);
        if (isNews(found) || bell.isOver() || closing) return found;
        await bell.rung();
        if (session !== undefined && !guard.sessionStands(session)) throw sessionOver();
      } while (!closing);
      return found;
    } finally {
      bells.delete(bell);
    }
  };

  const route = bind(getChanges, async ({ query: { after, wait_s: waitS } }, { actor, response, signal }) => {
    const session = actor.kind === 'account' ? actor.session_id : undefined;
    const found = await read(after);
    const answered = after === undefined || waitS === 0 || isNews(found);
    if (answered || closing || bells.size >= LIVE_CONNECTIONS_MAX) return found;
    const told = await wait(found, waitS * 1_000, { session, signal });
    // A kept connection would hold up the stop.
    if (closing) response.setHeader('connection', 'close');
    return told;
  });

  return {
    route,
    [Symbol.dispose]() {
      closing = true;
      for (const bell of bells) bell.ring();
    },
  };
}

const isNews = ({ reset, more, changes }: Changes): boolean => reset || more || changes.length > 0;

interface Bell extends Disposable {
  ring(): void;
  /** Resolves when it has rung since it was last heard. */
  rung(): Promise<void>;
  /** Time is up, or nobody listens any more. */
  isOver(): boolean;
}

/** Rings for events, when time is up, when the session ends, and when the client has gone. */
function createBell(
  { clock, events, guard }: PollingHost,
  { waitMs, session, signal }: { waitMs: number; session: string | undefined; signal: AbortSignal },
): Bell {
  let rang = false;
  let over = signal.aborted;
  let hear: (() => void) | undefined;
  const ring = (): void => {
    rang = true;
    hear?.();
  };
  const end = (): void => {
    over = true;
    ring();
  };
  signal.addEventListener('abort', end);
  const undo = [
    () => signal.removeEventListener('abort', end),
    clock.after(waitMs, end),
    events.onAppended(ring),
    guard.onSessionEnded((ended) => {
      if (ended === session) end();
    }),
  ];
  return {
    ring,
    isOver: () => over,
    async rung() {
      if (!rang) await new Promise<void>((resolve) => (hear = resolve));
      rang = false;
    },
    [Symbol.dispose]: () => {
      for (const one of undo) one();
    },
  };
}

function sessionOver(): AppError {
  return new AppError({
    category: 'unauthorized',
    code: 'session/token',
    safe: {
      en: 'This session has ended. Sign in again.',
      fr: 'Cette session est terminée. Reconnectez-vous.',
    },
  });
}
