// What the search shows for messages: those of open conversations, as they are now.
import type { Database } from '#kernel/db/database.ts';
import { isoTime } from '#kernel/ports.ts';
import { isUri, parseUri, type NodeId } from '#protocol';
import { messageUri } from './model.ts';
import type { People } from './ports.ts';
import * as store from './store.ts';

interface Hit {
  readonly uri: string | null;
  readonly author: { readonly node_id: string; readonly username: string };
  readonly text: string;
  readonly created_at: string;
}

/** Gives each message address that may be shown its text; requests and unreadable ones have no entry. */
export function createReading(host: {
  readonly db: Database;
  readonly self: () => NodeId;
  readonly people: Pick<People, 'names'>;
}): (uris: readonly string[]) => Promise<Map<string, Hit>> {
  return async (uris) => {
    const { db, people } = host;
    const self = host.self();
    const wanted = uris.filter(isUri).map((uri) => parseUri(uri));
    const found = await store.findMessages(
      db.read,
      wanted.map(({ nodeId, id }) =>
        nodeId === self ? { id, mine: true, peer: null } : { id, mine: false, peer: nodeId },
      ),
    );
    const peers = [...new Set(found.map(({ peer }) => peer))];
    const threads = await store.readThreads(db.read, peers);
    const names = await people.names([...peers, self]);
    const hits = new Map<string, Hit>();
    for (const { id, mine, peer, text, at, state } of found) {
      if (state !== 'shown' || threads.get(peer)?.status !== 'open') continue;
      const author = mine ? self : peer;
      const uri = messageUri(author, id);
      const username = names.get(author)?.username ?? '';
      hits.set(uri, { uri, author: { node_id: author, username }, text, created_at: isoTime(at) });
    }
    return hits;
  };
}
