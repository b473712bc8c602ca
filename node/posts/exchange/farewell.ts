// Asking everybody to erase: when the owner leaves, each own post and answer that was shared is withdrawn.
// Nothing is removed here: the owner keeps reading and exporting what they wrote.
import { isoTime } from '#kernel/ports.ts';
import type { NodeId } from '#protocol';
import { NEWEST_ID, postUri, type Item } from '../model.ts';
import type { PostsHost } from '../ports.ts';
import { audience } from '../own/telling.ts';
import * as store from '../store.ts';

/** Posts of one transaction: each makes a message for every friend. */
const STEP_ROWS = 20;

/** Queues `post_delete` for all that was shared; the last message to each node, which comes after all others. */
export async function withdrawAll(host: PostsHost): Promise<ReadonlyMap<NodeId, string>> {
  const author = host.signer().nodeId;
  const last = new Map<NodeId, string>();
  const lists = [
    (beforeId: string) =>
      store.postsOf(host.db.read, {
        author,
        visibilities: ['public', 'friends'],
        beforeId,
        limit: STEP_ROWS,
      }),
    (beforeId: string) => store.answersBy(host.db.read, { author, beforeId, limit: STEP_ROWS }),
  ];
  for (const list of lists) {
    let beforeId = NEWEST_ID;
    for (;;) {
      const items = await list(beforeId);
      for (const [nodeId, id] of await withdrawStep(host, items)) last.set(nodeId, id);
      const oldest = items.at(-1);
      if (oldest === undefined || items.length < STEP_ROWS) break;
      beforeId = oldest.id;
    }
  }
  return last;
}

function withdrawStep(host: PostsHost, items: readonly Item[]): Promise<Map<NodeId, string>> {
  return host.db.write(async (tx) => {
    const last = new Map<NodeId, string>();
    for (const item of items) {
      const sent = await host.mail.sendMany(tx, {
        to: await audience(host, tx, item),
        type: 'post_delete',
        payload: {
          created_at: isoTime(host.clock.now()),
          uri: postUri(item.author, item.id),
          version: item.version + 1,
        },
      });
      for (const [nodeId, id] of sent) last.set(nodeId, id);
    }
    return last;
  });
}
