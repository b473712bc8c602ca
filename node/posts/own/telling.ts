// What a change of an item does beside its row, in the same transaction: its words in the index, its files, what was
// answered to it, and the messages to those who may read it or must forget it.
import type { Reader, Tx } from '#kernel/db/database.ts';
import { isoTime } from '#kernel/ports.ts';
import { parseUri, type NodeId, type Uri } from '#protocol';
import { postUri, SPREAD_FROM, SPREAD_S_FEW, SPREAD_S_MANY, type Item } from '../model.ts';
import type { PostsHost } from '../ports.ts';
import * as extras from '../store-extras.ts';
import * as store from '../store.ts';

/** An own item, signed. */
export interface Composed extends store.WholeItem {
  readonly uri: Uri;
  readonly bytes: number;
  readonly mediaCount: number;
}

/** Keeps a whole item with its words, those of its warning too, unless a newer one or its tombstone stands; says whether. */
export async function keep(
  host: PostsHost,
  tx: Tx,
  item: store.WholeItem,
  words: { readonly text: string; readonly warning?: string | null | undefined },
): Promise<boolean> {
  if (!(await store.putItem(tx, item))) return false;
  const ref = postUri(item.author, item.id);
  const { text: said, warning = null } = words;
  const text = warning === null ? said : `${warning}\n${said}`;
  await host.search.index(tx, [{ kind: 'post', ref, text, at: item.createdAt }]);
  return true;
}

/** Turns an item into a tombstone, with its words, files and what was answered to it here. */
export async function removeItem(
  host: PostsHost,
  tx: Tx,
  gone: store.ItemKey & { readonly version: number },
): Promise<boolean> {
  const buried = await store.bury(tx, [gone]);
  const uri = postUri(gone.author, gone.id);
  if (buried.length === 0) return false;
  const answers = await store.removeAnswersTo(tx, uri);
  await extras.removeReactionsTo(tx, uri);
  await host.search.remove(
    tx,
    [uri, ...answers.map(({ author, id }) => postUri(author, id))].map((ref) => ({ kind: 'post', ref })),
  );
  if (gone.author === host.signer().nodeId) {
    await extras.removeVersions(tx, uri);
    await host.media.release(tx, uri);
  }
  return true;
}

/** The nodes that are told of an own item. An answer goes to the author of what it answers, who serves it to others. */
export async function audience(
  host: PostsHost,
  reader: Reader,
  item: Pick<Item, 'parent' | 'visibility'>,
): Promise<NodeId[]> {
  if (item.parent !== null) {
    const { nodeId } = parseUri(item.parent);
    return nodeId === host.signer().nodeId ? [] : [nodeId];
  }
  if (item.visibility === 'private') return [];
  return item.visibility === 'friends' ? host.people.friends(reader) : host.people.readers(reader);
}

export async function share(host: PostsHost, tx: Tx, item: Composed, to: readonly NodeId[]): Promise<void> {
  if (to.length === 0) return;
  if (item.parent !== null) {
    await host.mail.sendMany(tx, {
      to,
      type: 'post_reply',
      item: item.uri,
      payload: {
        created_at: isoTime(item.editedAt ?? item.createdAt),
        uri: item.uri,
        parent: item.parent,
        object: item.object,
      },
    });
    return;
  }
  await host.mail.sendMany(tx, {
    to,
    type: 'post_share',
    item: item.uri,
    payload: {
      ...announcementOf(item, item.bytes, item.mediaCount),
      spread_s: to.length < SPREAD_FROM ? SPREAD_S_FEW : SPREAD_S_MANY,
    },
  });
}

/** The metadata of an own post, as `post_share` and `content_sync` carry it. */
export function announcementOf(
  item: Pick<store.WholeItem, 'author' | 'id' | 'createdAt' | 'editedAt' | 'visibility' | 'version' | 'cid'>,
  size: number,
  media: number,
) {
  return {
    created_at: isoTime(item.createdAt),
    uri: postUri(item.author, item.id),
    cid: item.cid as never,
    version: item.version,
    visibility: item.visibility,
    size,
    media,
    ...(item.editedAt === null ? {} : { edited_at: isoTime(item.editedAt) }),
  };
}

export async function withdraw(
  host: PostsHost,
  tx: Tx,
  what: { readonly uri: Uri; readonly version: number },
  to: readonly NodeId[],
): Promise<void> {
  if (to.length === 0) return;
  await host.mail.sendMany(tx, {
    to,
    type: 'post_delete',
    item: what.uri,
    payload: { created_at: isoTime(host.clock.now()), ...what },
  });
}
