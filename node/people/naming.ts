// Whom the owner means: somebody they know (contacts and requests first), then whoever the world finds.
// A name is only ever taken from a verified record.
import type { Reader } from '#kernel/db/database.ts';
import { AppError, parseNodeId, type NodeId } from '#protocol';
import { failures, nodeIdIn } from './model.ts';
import type { Contact, Finder } from './ports.ts';
import * as store from './store.ts';

/** The node of somebody there is a connection with. @throws people/unknown, people/ambiguous */
export async function knownPerson(reader: Reader, who: string): Promise<NodeId> {
  const known = await findKnown(reader, who);
  if (known === undefined) throw failures.unknown(who);
  return known;
}

/** Anybody: known ones by name, others as discovery proves them. @throws people/unknown, people/ambiguous, discovery's refusals */
export async function resolvePerson<C extends Contact>(
  reader: Reader,
  finder: Finder<C>,
  who: string,
): Promise<C> {
  const known = await findKnown(reader, who);
  try {
    return await finder.resolve(known ?? who);
  } catch (error) {
    if (error instanceof AppError && error.category === 'not-found') throw failures.unknown(who);
    throw error;
  }
}

async function findKnown(reader: Reader, who: string): Promise<NodeId | undefined> {
  const nodeId = nodeIdIn(who);
  if (nodeId !== null) {
    const connections = await store.connectionsWith(reader, [nodeId]);
    return connections.length === 0 ? undefined : parseNodeId(nodeId);
  }
  const found = await store.connectedByUsername(reader, who);
  if (found.length > 1) throw failures.ambiguous(who, found);
  return found[0];
}
