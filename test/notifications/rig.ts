// A node whose event log is written by the test, as areas would write it.
import type { TestNode } from '#kit';
import { eventually } from '#kit';
import { tables } from '#kernel/db/database.ts';
import type { NewEvent } from '#kernel/events.ts';
import * as api from '#node/notifications/api.ts';
import type { NodeId } from '#protocol';

/** A node id that is well formed and nobody's. */
export function nobody(index = 0): NodeId {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  const [high, low] = [Math.floor(index / 58), index % 58];
  return `${PREFIX}${alphabet[high] ?? '1'}${alphabet[low] ?? '1'}` as NodeId;
}
const PREFIX = 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPb';

export const by = (nodeId: string): string => `node:${nodeId}`;

export const happen = (node: TestNode, ...events: readonly NewEvent[]): Promise<void> =>
  node.host.db.write((tx) => node.host.events.append(tx, events));

export const list = (node: TestNode, query: { limit?: number; cursor?: string; unread?: 'true' } = {}) =>
  node.call(api.listNotices, { query });

/** The notifications once the log has been followed to its end. */
export async function settled(node: TestNode): Promise<api.NoticeView[]> {
  await followed(node);
  return (await list(node)).items;
}

/** Waits until the area has seen every event there is. */
export async function followed(node: TestNode): Promise<void> {
  const { newest } = await node.host.events.bounds();
  await eventually('the log is followed', async () => {
    const row = await tables<{ kernel_cursor: { name: string; seq: number } }>(node.host.db.read)
      .selectFrom('kernel_cursor')
      .select('seq')
      .where('name', '=', 'notifications')
      .executeTakeFirst();
    return row !== undefined && row.seq >= newest;
  });
}

export const request = (nodeId: string): NewEvent => ({
  type: 'people.requested',
  subject: nodeId,
  actor: by(nodeId),
  new: { bond: 'friend', status: 'pending', direction: 'in' },
});

export const message = (peer: string, id: string, isRequest = false): NewEvent => ({
  type: 'conversations.received',
  subject: `orf://${peer}/message/${id}`,
  actor: by(peer),
  new: { peer, request: isRequest },
});

export const reaction = (post: string, from: string): NewEvent => ({
  type: 'posts.reaction-received',
  subject: post,
  actor: by(from),
  new: { value: '👍' },
});
