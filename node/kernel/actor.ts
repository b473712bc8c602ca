// Who asks, and what they ask for: the vocabulary that edge, access and audit share.
// The rules themselves live in the access area; the kernel only carries the words.

import type { AppError } from '#protocol/errors.ts';

/** A person signed in to this node. Issue A knows one account, the owner. */
export interface AccountActor {
  readonly kind: 'account';
  readonly account_id: string;
  readonly role: 'owner';
  /** Absent on the local socket, which needs no session. */
  readonly session_id?: string;
  /** Whether this session gave its passphrase or a passkey a moment ago: what step-up asks for. */
  readonly proven?: boolean;
}
/** Another node, proven by a signature. */
export interface NodeActor {
  readonly kind: 'node';
  readonly node_id: string;
}
/** Anybody. */
export interface AnonymousActor {
  readonly kind: 'anonymous';
}
/** This node's own background work. */
export interface SystemActor {
  readonly kind: 'system';
}
export type Actor = AccountActor | NodeActor | AnonymousActor | SystemActor;

export const systemActor: SystemActor = { kind: 'system' };
export const anonymousActor: AnonymousActor = { kind: 'anonymous' };

/** `kind` names what an area registered with access ("post", "profile", "session" ...); without `id` the whole kind is meant. */
export interface Resource {
  readonly kind: string;
  readonly id?: string;
}

export interface AccessRequest {
  readonly actor: Actor;
  readonly action: string;
  readonly resource: Resource;
  readonly purpose?: string;
}

/** `why` names the rule that decided, for the audit trail; never shown to a stranger. */
export interface Decision {
  readonly allow: boolean;
  readonly why: string;
  /** What the owner is told where a plain "not allowed" would not help. */
  readonly refusal?: AppError;
}

/** The audit form of an actor: `account:<id>`, `node:<id>`, `anonymous`, `system`. */
export function actorToString(actor: Actor): string {
  switch (actor.kind) {
    case 'account':
      return `account:${actor.account_id}`;
    case 'node':
      return `node:${actor.node_id}`;
    default:
      return actor.kind;
  }
}
