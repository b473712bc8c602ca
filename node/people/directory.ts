// Who is who, for reading: names, lists, one person with everything known, and finding somebody new.
// Shows usernames of verified records only; a directory or node that does not answer leaves the rest readable.
import type { Database } from '#kernel/db/database.ts';
import type { Log } from '#kernel/log.ts';
import { isoTime } from '#kernel/ports.ts';
import { AppError, type NodeId } from '#protocol';
import { failures, nodeIdIn, type Connection } from './model.ts';
import { knownPerson, resolvePerson } from './naming.ts';
import type { Finder } from './ports.ts';
import type { Profiles } from './profiles.ts';
import * as store from './store.ts';

export interface Names {
  readonly username: string;
  readonly display_name: string;
  /** Where this node serves the portrait to its owner; null for none. */
  readonly avatar: string | null;
}

export interface FoundPerson {
  readonly node_id: string;
  readonly username: string;
  readonly display_name: string | null;
  readonly avatar: string | null;
  readonly online: boolean | null;
  readonly name_since: string | null;
  readonly relationship: string[];
}

export interface Directory {
  /** Names of those known; others have no entry. The owner is among them. */
  names(nodeIds: readonly NodeId[]): Promise<Map<NodeId, Names>>;
  connections(page: {
    limit: number;
    cursor?: string | undefined;
  }): Promise<{ items: { connection: Connection; names: Names | undefined }[]; next_cursor: string | null }>;
  find(question: string): Promise<FoundPerson[]>;
  /** Somebody known by name, or anybody that can be proven. @throws people/unknown */
  nodeOf(who: string): Promise<NodeId>;
  person(who: string): Promise<PersonView>;
}

export interface PersonView {
  node_id: string;
  username: string;
  display_name: string;
  bio: string;
  language: string | null;
  avatar: string | null;
  relationship: string[];
  muted: boolean;
  /** The owner has left: nothing comes from there any more. */
  closed: boolean;
}

export interface DirectoryHost {
  readonly db: Database;
  readonly log: Log;
  readonly finder: Finder;
  readonly profiles: Profiles;
  readonly self: () => { readonly nodeId: NodeId; readonly username: string };
}

export function createDirectory(host: DirectoryHost): Directory {
  const { db, finder, profiles } = host;

  const ownNames = async (): Promise<Omit<Names, 'username'>> => {
    const { display_name, avatar } = await profiles.own();
    return { display_name, avatar: avatar === null ? null : `/api/v1/media/${avatar}/thumbnail` };
  };

  const names = async (nodeIds: readonly NodeId[]): Promise<Map<NodeId, Names>> => {
    const wanted = [...new Set(nodeIds)];
    const { nodeId: self, username } = host.self();
    const others = wanted.filter((nodeId) => nodeId !== self);
    const persons = others.length === 0 ? new Map() : await store.readPersons(db.read, others);
    const found = new Map<NodeId, Names>();
    for (const nodeId of wanted) {
      const person = persons.get(nodeId);
      if (nodeId === self) found.set(nodeId, { username, ...(await ownNames()) });
      else if (person !== undefined) found.set(nodeId, namesOf(person));
      else {
        const proven = await finder.usernameOf(nodeId);
        if (proven !== undefined) found.set(nodeId, { username: proven, display_name: proven, avatar: null });
      }
    }
    return found;
  };

  const bonds = async (nodeIds: readonly string[]): Promise<Map<string, string[]>> => {
    const byNode = new Map<string, string[]>();
    for (const { nodeId, slot, status } of await store.connectionsWith(db.read, nodeIds)) {
      const bond = status === 'accepted' ? slot : `${slot}:${status}`;
      byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), bond]);
    }
    return byNode;
  };

  const nodeOf = async (who: string): Promise<NodeId> => {
    const self = host.self();
    if (nodeIdIn(who) === self.nodeId || who === self.username) return self.nodeId;
    try {
      return await knownPerson(db.read, who);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'people/unknown') throw error;
      return (await resolvePerson(db.read, finder, who)).node_id;
    }
  };

  /** As others see the owner. */
  const ownPerson = async (): Promise<PersonView> => {
    const { nodeId, username } = host.self();
    const own = await profiles.own();
    const { avatar } = await ownNames();
    return { node_id: nodeId, username, ...own, avatar, relationship: [], muted: false, closed: false };
  };

  return {
    names,
    nodeOf,
    async connections({ limit, cursor }) {
      const [nodeId = '', slot = ''] = cursor?.split(' ') ?? [];
      const after = cursor === undefined ? null : { nodeId, slot };
      const found = await store.listConnections(db.read, { after, limit });
      const named = await names(found.map((connection) => connection.nodeId));
      const last = found.length === limit ? found.at(-1) : undefined;
      return {
        items: found.map((connection) => ({ connection, names: named.get(connection.nodeId) })),
        next_cursor: last === undefined ? null : `${last.nodeId} ${last.slot}`,
      };
    },
    async find(question) {
      const [exact, listed] = await Promise.all([
        attempt(() => resolvePerson(db.read, finder, question)),
        attempt(() => finder.search(question)),
      ]);
      if (exact.error !== undefined && listed.value === undefined) throw exact.error;
      const people = new Map<string, Omit<FoundPerson, 'relationship'>>();
      const known = exact.value;
      if (known !== undefined) {
        const named = (await names([known.node_id])).get(known.node_id);
        people.set(known.node_id, {
          node_id: known.node_id,
          username: known.username,
          display_name: named?.display_name ?? null,
          avatar: named?.avatar ?? null,
          online: null,
          name_since: null,
        });
      }
      for (const { node_id, username, display_name, online, name_since: since = '' } of listed.value ?? []) {
        people.set(node_id, {
          node_id,
          username,
          display_name: display_name ?? null,
          avatar: people.get(node_id)?.avatar ?? null,
          online: online ?? null,
          // The directory's word: a moment, or nothing.
          name_since: Number.isNaN(Date.parse(since)) ? null : isoTime(Date.parse(since)),
        });
      }
      const byNode = await bonds([...people.keys()]);
      return [...people.values()].map((person) => ({
        ...person,
        relationship: byNode.get(person.node_id) ?? [],
      }));
    },
    async person(who) {
      const nodeId = await nodeOf(who);
      if (nodeId === host.self().nodeId) return ownPerson();
      let person = (await store.readPersons(db.read, [nodeId])).get(nodeId);
      const username = person?.username ?? (await finder.usernameOf(nodeId));
      if (username === undefined) throw failures.unknown(who);
      if (person === undefined || person.bio === '') {
        // A node that does not answer now is shown with what is known.
        const fetched = await attempt(() => profiles.fetch(nodeId, username));
        if (fetched.error !== undefined) host.log.debug({ err: fetched.error }, 'a profile was not fetched');
        person = (await store.readPersons(db.read, [nodeId])).get(nodeId);
      }
      const muted = (await store.listMuted(db.read)).includes(nodeId);
      return {
        node_id: nodeId,
        username,
        display_name: person?.display_name ?? username,
        bio: person?.bio ?? '',
        language: person?.language ?? null,
        avatar: person === undefined ? null : namesOf(person).avatar,
        relationship: (await bonds([nodeId])).get(nodeId) ?? [],
        muted,
        closed: await finder.isClosed(nodeId),
      };
    },
  };
}

/** The address changes with the picture, so that what a browser keeps of it never grows old. */
function namesOf({ nodeId, username, display_name, avatar }: store.StoredPerson): Names {
  const address = avatar === null ? null : `/api/v1/people/${nodeId}/avatar?v=${avatar.cid.slice(-12)}`;
  return { username, display_name, avatar: address };
}

/** The outcome of something that may be unreachable without the whole question failing; other errors pass through. */
async function attempt<Value>(work: () => Promise<Value>): Promise<{ value?: Value; error?: AppError }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof AppError && error.category !== 'internal') return { error };
    throw error;
  }
}
