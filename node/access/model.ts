// How a decision is made before any rule is asked, and the limits of reporting denials. Pure: no I/O.
// Everything is denied that no rule allows.
import type { Actor, Decision } from '#kernel/actor.ts';

/** Distinct denials told apart between two reports; further ones are counted together. */
export const DENIALS_TOLD_APART_MAX = 100;
/** Denials are reported at most this often, so that a flood of them cannot fill the audit trail. */
export const DENIALS_INTERVAL_MS = 60_000;

export const allow = (why: string): Decision => ({ allow: true, why });
export const deny = (why: string): Decision => ({ allow: false, why });

/** The owner's account and this node's own work: they may do everything that has rules at all. */
export function isTrusted(actor: Actor): boolean {
  return actor.kind === 'system' || (actor.kind === 'account' && actor.role === 'owner');
}
