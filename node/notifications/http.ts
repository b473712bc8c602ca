// Binds the routes of notifications and of the devices that are woken.
// Decides nothing: access has decided before a handler runs.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import { isoTime } from '#kernel/ports.ts';
import type { Names } from '#node/people/index.ts';
import type { NodeId } from '#protocol';
import * as api from './api.ts';
import type { Devices } from './devices.ts';
import type { Notice } from './model.ts';
import type { Notifications } from './service.ts';

export function notificationRoutes(parts: {
  readonly notifications: Notifications;
  readonly devices: Devices;
  readonly names: (nodeIds: readonly NodeId[]) => Promise<ReadonlyMap<NodeId, Names>>;
  readonly publicKey: () => Promise<string>;
}): BoundRoute[] {
  const { notifications, devices } = parts;
  const show = async (notices: readonly Notice[]): Promise<api.NoticeView[]> => {
    const names = await parts.names([...new Set(notices.flatMap(({ actors }) => actors))]);
    return notices.map((notice) => toView(notice, names));
  };
  return [
    bind(api.listNotices, async ({ query: { limit, cursor, unread } }) => {
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      const found = await notifications.list({ before, limit, unread: unread === 'true' });
      const next = found.length < limit ? undefined : found.at(-1)?.position;
      return {
        items: await show(found),
        next_cursor: next === undefined ? null : String(next),
        unread: await notifications.unread(),
      };
    }),
    bind(api.countNotices, async () => ({ unread: await notifications.unread() })),
    bind(api.readNotices, async ({ body }) => {
      const which = 'id' in body ? { id: Number(body.id) } : { upTo: Number(body.up_to) };
      return { unread: await notifications.markRead(which) };
    }),
    bind(api.readSettings, () => notifications.settings()),
    bind(api.changeSettings, ({ body }) => notifications.changeSettings(body)),
    bind(api.readPush, async (_input, { actor }) => {
      const current = actor.kind === 'account' ? actor.session_id : undefined;
      const listed = await devices.list();
      return {
        public_key: await parts.publicKey(),
        devices: listed.map(({ sessionId, endpoint, createdAt, lastOkAt, failures }) => ({
          session_id: sessionId,
          host: new URL(endpoint).host,
          created_at: isoTime(createdAt),
          last_woken_at: lastOkAt === null ? null : isoTime(lastOkAt),
          failing: failures > 0,
          current: sessionId === current,
        })),
      };
    }),
    bind(api.subscribe, ({ body }, { actor }) => devices.subscribe(actor, body)),
    bind(api.unsubscribe, (_input, { actor }) => devices.unsubscribe(actor)),
  ];
}

function toView(notice: Notice, names: ReadonlyMap<NodeId, Names>): api.NoticeView {
  const { id, position, kind, target, about, actors, people, count, createdAt, updatedAt, read } = notice;
  return {
    id: String(id),
    cursor: String(position),
    kind,
    target,
    about,
    people,
    count,
    read,
    actors: actors.map((nodeId) => ({
      node_id: nodeId,
      username: names.get(nodeId)?.username ?? '',
      display_name: names.get(nodeId)?.display_name ?? '',
      avatar: names.get(nodeId)?.avatar ?? null,
    })),
    created_at: isoTime(createdAt),
    updated_at: isoTime(updatedAt),
  };
}
