// What events mean to the owner: a notification, or that one is settled because its matter is. Pure.
// Other areas are known here by the names of their events only; what carries no sense is passed over.
import type { Event } from '#kernel/events.ts';
import { isNodeId, isUri, parseUri, type Json, type NodeId } from '#protocol';
import { ACTORS_MAX, policies, type Kind, type Notice } from './model.ts';

/** Something to tell the owner. */
export interface Draft {
  readonly kind: Kind;
  readonly target: string;
  readonly about: string | null;
  readonly actor: NodeId | null;
  readonly seq: number;
  readonly at: number;
}

/** Something that no longer waits for the owner. */
export interface Settling {
  readonly kinds: readonly Kind[];
  readonly target: string;
  /** `read`: it stays in the list. `forget`: what it told of is gone. */
  readonly how: 'read' | 'forget';
}

export type Meaning =
  | { readonly draft: Draft }
  | { readonly settle: Settling }
  /** The owner wants nothing more of somebody: what that node alone has caused goes. */
  | { readonly forgetActor: string }
  | undefined;

/** Messages of the owner's, and whether a notice is about what they carry or about whom they were for. */
const subjectOfMessage: Readonly<Record<string, 'item' | 'person'>> = {
  post_share: 'item',
  post_reply: 'item',
  post_reaction: 'item',
  direct_message: 'item',
  friend_request: 'person',
  friend_response: 'person',
};

/** What one event means to the owner of node `self`. */
export function meaningOf(event: Event, self: NodeId): Meaning {
  const { type, subject } = event;
  const by = nodeIn(event.actor);
  const draft = (kind: Kind, target = subject, about: string | null = null): Meaning => ({
    draft: { kind, target, about, actor: by, seq: event.seq, at: Date.parse(event.at) },
  });
  const settle = (how: Settling['how'], ...settled: readonly Kind[]): Meaning => ({
    settle: { kinds: settled, target: subject, how },
  });
  switch (type) {
    case 'people.requested':
      return draft('friend_request');
    case 'people.befriended':
      // The owner's own yes settles the request; the other's is news.
      if (by === null) return settle('read', 'friend_request');
      return memberOf(event.new, 'direction') === 'out' ? draft('friend_accepted') : undefined;
    case 'people.rejected':
      return settle('read', 'friend_request');
    case 'people.ended':
      return settle('forget', 'friend_request', 'friend_accepted');
    case 'people.asked':
      // Asked anew: what became of the last time is over.
      return settle('forget', 'delivery_refused');
    case 'people.blocked':
      return { forgetActor: subject };
    case 'people.followed':
      // All new followers are one matter: the list of followers.
      return draft('follow', self);
    case 'posts.received': {
      const parent = textOf(event.new, 'parent');
      return isOf(parent, self) ? draft('reply', subject, parent) : undefined;
    }
    case 'posts.reaction-received':
      return isOf(subject, self) ? draft('reaction') : undefined;
    case 'posts.withdrawn':
    case 'posts.deleted':
      return settle('forget', 'reply', 'reaction', 'delivery_refused');
    case 'conversations.received': {
      const peer = textOf(event.new, 'peer');
      if (!isNodeId(peer)) return undefined;
      return draft(memberOf(event.new, 'request') === true ? 'message_request' : 'message', peer);
    }
    case 'conversations.read':
    case 'conversations.left':
      return settle('read', 'message', 'message_request');
    case 'conversations.request-accepted':
    case 'conversations.request-declined':
      return settle('read', 'message_request');
    case 'federation.undelivered': {
      const about = subjectOfMessage[textOf(event.new, 'type')];
      if (about === undefined || by === null) return undefined;
      // Whoever is away misses everything: all that is given up is one matter, the list of it.
      if (memberOf(event.new, 'state') === 'expired') return draft('delivery_expired', self);
      return draft('delivery_refused', about === 'item' ? subject : by);
    }
    case 'notifications.reminded':
      return subject === 'kit_unconfirmed' ? draft('kit_unconfirmed') : undefined;
    case 'session.paired':
    case 'session.passphrase_changed':
    case 'session.passkey_added':
    case 'session.passkey_removed':
    case 'session.recovery_code_used':
    case 'session.recovery_codes_renewed':
    case 'session.second_factor_on':
    case 'session.second_factor_off':
      return draft('security', type.slice('session.'.length));
    case 'identity.kit_confirmed':
      return { settle: { kinds: ['kit_unconfirmed'], target: 'kit_unconfirmed', how: 'forget' } };
    default:
      return undefined;
  }
}

/** Drafts as notices, those that merge put together with what is there; `standing` is what the store found for them. */
export function mergeDrafts(drafts: readonly Draft[], standing: readonly Notice[]): Notice[] {
  const byKey = new Map(standing.map((notice) => [keyOf(notice), notice]));
  const changed = new Map<string, Notice>();
  for (const draft of drafts) {
    const key = keyOf(draft);
    const known = byKey.get(key);
    if (known !== undefined && isToldOf(known)) continue;
    const next = known === undefined ? begin(draft) : add(known, draft);
    byKey.set(key, next);
    changed.set(key, next);
  }
  return [...changed.values()];
}

/** Whether nothing is to be added to a notice any more. */
function isToldOf({ kind, read }: Notice): boolean {
  return policies[kind] === 'once' || (policies[kind] === 'gather' && read);
}

const keyOf = ({ kind, target }: { readonly kind: Kind; readonly target: string }): string =>
  `${kind} ${target}`;

function begin({ kind, target, about, actor, seq, at }: Draft): Notice {
  const actors = actor === null ? [] : [actor];
  return {
    id: seq,
    position: seq,
    kind,
    target,
    about,
    actors,
    people: actors.length,
    count: 1,
    createdAt: at,
    updatedAt: at,
    read: false,
  };
}

function add(known: Notice, { actor, seq, at }: Draft): Notice {
  const isNew = actor !== null && !known.actors.includes(actor);
  const others = known.actors.filter((one) => one !== actor);
  return {
    ...known,
    position: seq,
    actors: (actor === null ? others : [actor, ...others]).slice(0, ACTORS_MAX),
    people: known.people + (isNew ? 1 : 0),
    count: known.count + 1,
    updatedAt: at,
  };
}

/** The node that an event's actor names. */
function nodeIn(actor: string): NodeId | null {
  const id = actor.startsWith('node:') ? actor.slice('node:'.length) : '';
  return isNodeId(id) ? id : null;
}

const isOf = (uri: string, self: NodeId): boolean => isUri(uri) && parseUri(uri).nodeId === self;

function textOf(value: Json | undefined, name: string): string {
  const member = memberOf(value, name);
  return typeof member === 'string' ? member : '';
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, Json>)[name] : undefined;
}
