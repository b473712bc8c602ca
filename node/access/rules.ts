// What an area brings to access: the rules of the kinds of resource that it owns.
// A rule answers; it never changes anything and never throws for a denial.
import type { AccessRequest, Actor, Decision } from '#kernel/actor.ts';
import { allow, deny } from './model.ts';
import type { RowCondition } from './store.ts';

/** The rules of one kind of resource, given by the area that owns it. Asked for nodes and strangers only. */
export interface KindRules {
  /** Decides for one resource, or for the kind as a whole where the request names no id. */
  decide(request: AccessRequest): Decision | Promise<Decision>;
  /** The same rule as an SQL condition on the owning area's table, for lists. Without it a list shows others nothing. */
  scope?(actor: Actor): RowCondition;
}

/** Rules that let anybody do some named things and nothing else. */
export function publicRules(actions: readonly string[]): KindRules {
  return {
    decide: ({ action }) => (actions.includes(action) ? allow('public') : deny('owner-only')),
  };
}
