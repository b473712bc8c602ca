// What the owner's clients are told as it happens: a kind and ids, never content. An area declares which of its
// events are told, and as what; an event without a rule is told to nobody. docs/architecture.md "Live".
import type { Json } from '#protocol';
import type { Event } from './events.ts';

/** What a client can act on: it knows which of its views show it, and fetches those again. */
export const changeKinds = [
  /** The feed holds something new, or lacks something. */
  'feed',
  /** A post, its answers or its reactions. */
  'post',
  /** A message, or what was read of a conversation. */
  'message',
  /** Where something stands on its way. */
  'delivery',
  'connection',
  'profile',
  'notification',
  'session',
  /** This node itself: its identity, its recovery kit. */
  'node',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

export interface Change {
  readonly kind: ChangeKind;
  /** The event's subject first, then what the rule adds: ids, URIs, node ids. */
  readonly ids: string[];
}

export interface ChangeRule {
  readonly kind: ChangeKind;
  /** Members of the event's `new` that are ids too, for example the conversation of a message. */
  readonly ids?: readonly string[];
}

/** By type of event. */
export type ChangeRules = Readonly<Record<string, ChangeRule>>;

/** Ids are node ids and URIs; what is longer is no id and stays here. */
const ID_CHARS_MAX = 300;

/** What events mean to a client, in order, each once. */
export function changesOf(events: readonly Event[], rules: ChangeRules): Change[] {
  const found = new Map<string, Change>();
  for (const event of events) {
    const rule = Object.hasOwn(rules, event.type) ? rules[event.type] : undefined;
    if (rule === undefined) continue;
    const ids = [event.subject, ...(rule.ids ?? []).map((name) => memberOf(event.new, name))].filter(isId);
    const key = JSON.stringify([rule.kind, ...ids]);
    // The last one counts: whoever acts on it then finds everything before.
    found.delete(key);
    found.set(key, { kind: rule.kind, ids });
  }
  return [...found.values()];
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, Json>)[name] : undefined;
}

function isId(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '' && value.length <= ID_CHARS_MAX;
}
