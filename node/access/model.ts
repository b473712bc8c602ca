// What a rule is, and how a decision is made from rules. Pure: no I/O. Everything is denied that no rule allows.
import type { AccessRequest, Actor, Decision } from '#kernel/actor.ts';
import type { RawBuilder, SqlBool } from 'kysely';

/** The rules of one kind of resource, given by the area that owns it. Asked for nodes and strangers only. */
export interface KindRules {
  /** Decides for one resource, or for the kind as a whole where the request names no id. */
  decide(request: AccessRequest): Decision | Promise<Decision>;
  /** The same rule as an SQL condition on the owning area's table, for lists. Without it a list shows others nothing. */
  scope?(actor: Actor): RawBuilder<SqlBool>;
}

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

/** Rules that let anybody do some named things and nothing else. */
export function publicRules(actions: readonly string[]): KindRules {
  return {
    decide: ({ action }) => (actions.includes(action) ? allow('public') : deny('owner-only')),
  };
}
