// Deleting with time to take it back: out of the owner's sight at once, announced to others only when the time is over.
// The moment stands in the row, so that a node that ends meanwhile carries the deletion out at its next start.
import { actorToString, systemActor, type Actor } from '#kernel/actor.ts';
import type { Tx } from '#kernel/db/database.ts';
import { failures, postUri, TRASH_STEP_MAX, type Item } from '../model.ts';
import type { PostsHost } from '../ports.ts';
import { ownObject } from '../objects.ts';
import * as store from '../store.ts';
import { audience, removeItem, withdraw } from './telling.ts';

/** Deletes an own item everywhere, or an answer kept here. */
export async function removeNow(host: PostsHost, tx: Tx, item: Item, actor: Actor): Promise<void> {
  const uri = postUri(item.author, item.id);
  const own = item.author === host.signer().nodeId;
  const readers = await audience(host, tx, item);
  const version = own ? item.version + 1 : item.version;
  await removeItem(host, tx, { author: item.author, id: item.id, version });
  await host.events.append(tx, [
    { type: 'posts.deleted', subject: uri, actor: actorToString(actor), old: { version: item.version } },
  ]);
  if (own) await withdraw(host, tx, { uri, version }, readers);
}

export async function moveToTrash(
  host: PostsHost,
  tx: Tx,
  item: Item,
  { undoS, actor }: { readonly undoS: number; readonly actor: Actor },
): Promise<void> {
  if (!(await store.setTrash(tx, item, host.clock.now() + undoS * 1_000))) throw failures.notFound();
  await host.search.remove(tx, [{ kind: 'post', ref: postUri(item.author, item.id) }]);
  await tell(host, tx, 'posts.trashed', item, actor);
}

/** @throws posts/not-found when there is nothing to take back */
export async function takeFromTrash(
  host: PostsHost,
  tx: Tx,
  key: store.ItemKey,
  actor: Actor,
): Promise<void> {
  const item = await store.findItem(tx, key);
  if (item?.trashed !== true) throw failures.notFound();
  await store.setTrash(tx, key, null);
  if (item.object !== null) {
    const { text } = ownObject(item.object);
    await host.search.index(tx, [
      { kind: 'post', ref: postUri(item.author, item.id), text, at: item.createdAt },
    ]);
  }
  await tell(host, tx, 'posts.restored', item, actor);
}

/** Carries out the deletions whose time is over; the pause until the next, null when none waits. */
export async function emptyTrash(host: PostsHost): Promise<number | null> {
  const now = host.clock.now();
  const waiting = await store.trashed(host.db.read, TRASH_STEP_MAX);
  for (const { item, trashAt } of waiting) {
    if (trashAt > now) return trashAt - now;
    await host.db.write(async (tx) => {
      const still = await store.findItem(tx, item);
      if (still?.trashed === true) await removeNow(host, tx, still, systemActor);
    });
  }
  return waiting.length === 0 ? null : 0;
}

async function tell(host: PostsHost, tx: Tx, type: string, item: Item, actor: Actor): Promise<void> {
  await host.events.append(tx, [
    { type, subject: postUri(item.author, item.id), actor: actorToString(actor) },
  ]);
}
