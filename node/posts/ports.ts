// What posts needs of other areas, as narrow as it is used.
// The areas fill these as they are; a test may fill them with less.
import type { AccessRequest, Decision } from '#kernel/actor.ts';
import type { Database, Reader } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Log } from '#kernel/log.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import type { DeliveryCounts } from '#node/federation/index.ts';
import type { MediaDoor } from '#node/media/index.ts';
import type { Mail, Names, Relation } from '#node/people/index.ts';
import type { SearchDoor } from '#node/search/index.ts';
import type { NodeId, SigningKey } from '#protocol';

export interface People {
  relationsWith(reader: Reader, nodeIds: readonly NodeId[]): Promise<ReadonlyMap<NodeId, Relation>>;
  friends(reader: Reader): Promise<NodeId[]>;
  /** Friends and followers. */
  readers(reader: Reader): Promise<NodeId[]>;
  muted(reader: Reader): Promise<NodeId[]>;
  names(nodeIds: readonly NodeId[]): Promise<ReadonlyMap<NodeId, Names>>;
}

export type { DeliveryCounts };

export interface Signer {
  readonly nodeId: NodeId;
  readonly signingKey: SigningKey;
  readonly verificationMethod: string;
}

export interface PostsHost {
  readonly db: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly people: People;
  readonly media: MediaDoor;
  readonly search: SearchDoor;
  readonly mail: Pick<Mail, 'send' | 'sendMany' | 'ask'> & {
    deliveryCounts(items: readonly string[]): Promise<ReadonlyMap<string, DeliveryCounts>>;
  };
  readonly signer: () => Signer;
  readonly decide: (request: AccessRequest) => Promise<Decision>;
  /** A public key of somebody's identity log by the method that a proof names; undefined when it is none of theirs. */
  readonly keyOf: (nodeId: NodeId, verificationMethod: string) => Promise<Uint8Array | undefined>;
}
