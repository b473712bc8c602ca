// What the edge needs from the areas that know people and rules; the composition root ties it to identity and access.
// The edge itself knows no session and no rule.
import type { AccessRequest, Actor, Decision } from '#kernel/actor.ts';
import type { IncomingMessage } from 'node:http';

export interface Guard {
  /** Who a request over TCP comes from; none is anonymous. @throws unauthorized codes for a broken credential */
  authenticate(request: IncomingMessage): Promise<Actor>;
  decide(request: AccessRequest): Promise<Decision>;
  /** Registers a kind of resource that the edge itself serves. */
  register(kind: string, rule: { decide(request: AccessRequest): Decision }): void;
  /** The account as which the local socket acts. */
  readonly owner: Actor;
  /** Shows a number of the edge's own among the metrics. */
  measure(name: string, help: string, read: () => number): void;
  sessionStands(sessionId: string): boolean;
  /** Calls `run` with each session that ends; returns the unsubscriber. */
  onSessionEnded(run: (sessionId: string) => void): () => void;
}
