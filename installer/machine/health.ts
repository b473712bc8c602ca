// Waits until a node is ready, within a bound, and gives up early when it cannot come up. Only a 200 of the node's
// own readiness counts; a refused connection, an error or a stranger's answer is "not yet", never "ready".
import { PROBE_MS_MAX, READY_MS_MAX, READY_POLL_MS } from '../limits.ts';

export interface HealthPorts {
  /** The HTTP status of a GET, or null when nothing answers within `msMax`. */
  readonly probe: (url: string, msMax: number) => Promise<number | null>;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** Where a node that listens on `host` answers on this machine. */
export function readinessUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}/health/ready`;
}

/**
 * 'ready', or why not: 'failing' as soon as `isFailing` says so, 'late' after READY_MS_MAX. `isOurs` tells that the node
 * of this installation runs: what answers on its port may be another node.
 */
export async function awaitReady(
  ports: HealthPorts,
  url: string,
  service: { readonly isOurs: () => Promise<boolean>; readonly isFailing: () => Promise<boolean> },
): Promise<'ready' | 'failing' | 'late'> {
  const deadline = ports.now() + READY_MS_MAX;
  for (;;) {
    if ((await ports.probe(url, PROBE_MS_MAX)) === 200 && (await service.isOurs())) return 'ready';
    if (await service.isFailing()) return 'failing';
    if (ports.now() >= deadline) return 'late';
    await ports.pause(READY_POLL_MS);
  }
}

/** A GET over the network that never follows a redirect. */
export async function probeHttp(url: string, msMax: number): Promise<number | null> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(msMax) });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    // Refused, reset or too slow: "nothing answers" is an answer here, and the caller's bound ends the wait.
    if (error instanceof TypeError || error instanceof DOMException) return null;
    throw error;
  }
}
