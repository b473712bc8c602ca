// Decides who may do what: the areas bring the rules, this applies them, denies what has none, and reports denials.
// It holds no rule of its own but two: the owner's account may do what has rules, and nothing else is allowed unasked.
import { AppError } from '#protocol';
import type { AccessRequest, Actor, Decision } from '#kernel/actor.ts';
import assert from 'node:assert/strict';
import type { Denials } from './denials.ts';
import { allow, deny, isTrusted } from './model.ts';
import type { KindRules } from './rules.ts';
import { everyRow, noRow, type RowCondition } from './store.ts';

export interface Access {
  /** Adds the rules of a kind; each kind has one owner. */
  register(kind: string, rules: KindRules): void;
  /** Never throws for a denial. */
  decide(request: AccessRequest): Promise<Decision>;
  /** @throws access/denied to the owner's account, access/not-found to others, who must not learn what exists */
  require(request: AccessRequest): Promise<void>;
  /** The condition under which `actor` sees a row of a kind, for lists. */
  scope(actor: Actor, kind: string): RowCondition;
  /** The kinds that have rules. */
  kinds(): readonly string[];
}

/** What the owner may still do on a closed node: look, take everything along, and sign in for that. */
const closedActions: ReadonlySet<string> = new Set([
  'export',
  'find',
  'follow',
  'leave',
  'list',
  'read',
  'resolve',
  'verify',
]);
const closedKinds: ReadonlySet<string> = new Set(['claim', 'identity', 'session']);

/** `whenClosed`: what a closed node tells whoever wants to change something; undefined while it is open. */
export function createAccess(
  denials: Pick<Denials, 'note'>,
  whenClosed: () => AppError | undefined = () => undefined,
): Access {
  const rulesByKind = new Map<string, KindRules>();

  const judge = async (request: AccessRequest): Promise<Decision> => {
    const rules = rulesByKind.get(request.resource.kind);
    if (rules === undefined) return deny('unknown-kind');
    if (!isTrusted(request.actor)) return rules.decide(request);
    const { action, resource } = request;
    const open = closedActions.has(action) || closedKinds.has(resource.kind);
    const closed = open ? undefined : whenClosed();
    return closed === undefined ? allow('owner') : { ...deny('closed'), refusal: closed };
  };

  const decide = async (request: AccessRequest): Promise<Decision> => {
    const decision = await judge(request);
    if (!decision.allow) denials.note(request, decision.why);
    return decision;
  };

  return {
    register(kind, rules) {
      assert(!rulesByKind.has(kind), `the kind "${kind}" has one owner`);
      rulesByKind.set(kind, rules);
    },
    decide,
    async require(request) {
      const decision = await decide(request);
      if (!decision.allow) throw decision.refusal ?? refusal(request.actor);
    },
    scope(actor, kind) {
      const rules = rulesByKind.get(kind);
      if (rules !== undefined && isTrusted(actor)) return everyRow;
      return rules?.scope?.(actor) ?? noRow;
    },
    kinds: () => [...rulesByKind.keys()],
  };
}

function refusal(actor: Actor): AppError {
  if (actor.kind === 'account' || actor.kind === 'system') {
    return new AppError({
      category: 'forbidden',
      code: 'access/denied',
      safe: {
        en: 'This is not allowed. Nothing was changed.',
        fr: "Ce n'est pas permis. Rien n'a été modifié.",
      },
    });
  }
  return new AppError({
    category: 'not-found',
    code: 'access/not-found',
    safe: { en: 'There is nothing here for you.', fr: "Il n'y a rien ici pour vous." },
  });
}
