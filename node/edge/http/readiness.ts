// Ready means that the database answers, that HTTP does (the question came by it) and that the local socket does;
// never that a registry or a peer is there. A result is kept for a moment, so that asking often costs nothing.
import type { Database } from '#kernel/db/database.ts';
import type { Clock } from '#kernel/ports.ts';
import { request } from 'node:http';
import { READY_KEPT_MS, SOCKET_CHECK_MS_MAX } from '../limits.ts';
import type { Readiness } from './api.ts';

/** Makes the check; the socket may begin to listen later. */
export function createReadiness(host: {
  readonly db: Database;
  readonly clock: Clock;
  readonly socketPath: string;
}): () => Promise<Readiness> {
  let kept: { at: number; result: Promise<Readiness> } | undefined;
  const check = async (): Promise<Readiness> => {
    const database = databaseAnswers(host.db);
    const socket = await socketAnswers(host.socketPath);
    return {
      status: database && socket ? 'ready' : 'not-ready',
      checks: { database, http: true, socket },
    };
  };
  return () => {
    const now = host.clock.now();
    if (kept === undefined || now < kept.at || now - kept.at > READY_KEPT_MS) {
      kept = { at: now, result: check() };
    }
    return kept.result;
  };
}

/** Reads the database's header through SQL: a closed, locked or lost file does not give it. */
function databaseAnswers(db: Database): boolean {
  try {
    return db.bytes() > 0;
  } catch {
    // Whatever the reason, the answer of a health check is "no"; the log has the failing requests.
    return false;
  }
}

/** True when something that speaks HTTP answers on this socket. */
export function socketAnswers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/health/live', timeout: SOCKET_CHECK_MS_MAX }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
