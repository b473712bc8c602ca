// Whom the owner means in a conversation: those whose requests wait and those known come first, then whoever can be
// proven. A name is only ever a verified one.
import type { Database } from '#kernel/db/database.ts';
import { isNodeId, type NodeId } from '#protocol';
import { failures, REQUESTS_MAX } from './model.ts';
import type { People } from './ports.ts';
import * as store from './store.ts';

interface NamingHost {
  readonly db: Database;
  readonly people: People;
  readonly self: () => NodeId;
}

/** The other side of a conversation. @throws conversations/self-unprocessable, conversations/ambiguous, people/* */
export async function peerNamed(host: NamingHost, who: string): Promise<NodeId> {
  const self = host.self();
  if (who === self || who === (await host.people.names([self])).get(self)?.username) throw failures.self();
  const peer = (await correspondent(host, who)) ?? (await host.people.resolve(who));
  if (peer === self) throw failures.self();
  return peer;
}

/**
 * Somebody who wrote to the owner or was written to, by node id or verified name; undefined when there is no thread.
 * Requests come first: their senders are in nobody's directory of friends. @throws conversations/ambiguous
 */
export async function correspondent(host: NamingHost, who: string): Promise<NodeId | undefined> {
  const { db, people } = host;
  if (isNodeId(who)) return (await store.readThreads(db.read, [who])).get(who)?.peer;
  const requests = await store.listThreads(db.read, { status: 'request', before: null, limit: REQUESTS_MAX });
  const names = await people.names(requests.map(({ peer }) => peer));
  const found = requests.filter(({ peer }) => names.get(peer)?.username === who);
  if (found.length === 0) return undefined;
  // A friend of that name is meant rather than a stranger who took it.
  const known = await people.known(who);
  if (known !== undefined) return known;
  if (found.length > 1) throw failures.ambiguous(found.map(({ peer }) => peer));
  return found[0]?.peer;
}
