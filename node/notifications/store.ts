// SQL of notices, settings and reminders. Sets travel as one JSON parameter, so that a statement's text does not
// depend on the number of rows.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { NodeId } from '#protocol';
import { sql } from 'kysely';
import type { Kind, Notice, Setting } from './model.ts';

interface NoticeRow {
  id: number;
  position: number;
  kind: Kind;
  target: string;
  about: string | null;
  actors: string;
  people: number;
  count: number;
  created_at: number;
  updated_at: number;
  read: number;
}
interface Schema {
  notifications_notice: NoticeRow;
  notifications_setting: { kind: Kind; app: number; push: number };
  notifications_reminder: { kind: Kind; due_at: number };
}
const db = (handle: Reader): ReturnType<typeof tables<Schema>> => tables<Schema>(handle);

export interface Wanted {
  readonly kind: Kind;
  readonly target: string;
  /** Only an unread one is wanted. */
  readonly unread: boolean;
}

/** What stands already for these, the newest of each. */
export async function findStanding(reader: Reader, wanted: readonly Wanted[]): Promise<Notice[]> {
  const json = JSON.stringify(wanted.map((one) => ({ ...one, unread: one.unread ? 1 : 0 })));
  const { rows } = await sql<NoticeRow>`SELECT n.* FROM json_each(${json}) AS w
    CROSS JOIN notifications_notice AS n ON n.target = w.value ->> 'target' AND n.kind = w.value ->> 'kind'
      AND (n.read = 0 OR w.value ->> 'unread' = 0) ORDER BY n.position`.execute(db(reader));
  return rows.map(toNotice);
}

/** Stores new notices and changed ones. */
export async function putNotices(tx: Tx, notices: readonly Notice[]): Promise<void> {
  const rows = notices.map(({ actors, read, ...rest }) => ({
    ...rest,
    actors: JSON.stringify(actors),
    read: read ? 1 : 0,
  }));
  await sql`INSERT INTO notifications_notice
      (id, position, kind, target, about, actors, people, count, created_at, updated_at, read)
    SELECT value ->> 'id', value ->> 'position', value ->> 'kind', value ->> 'target', value ->> 'about',
      value ->> 'actors', value ->> 'people', value ->> 'count', value ->> 'createdAt', value ->> 'updatedAt',
      value ->> 'read'
    FROM json_each(${JSON.stringify(rows)}) WHERE true
    ON CONFLICT (id) DO UPDATE SET position = excluded.position, actors = excluded.actors,
      people = excluded.people, count = excluded.count, updated_at = excluded.updated_at`.execute(db(tx));
}

/** Removes what is over `max`: read ones first, then the oldest. */
export async function pruneNotices(tx: Tx, max: number): Promise<void> {
  await sql`DELETE FROM notifications_notice WHERE id IN (
    SELECT id FROM notifications_notice ORDER BY read DESC, position
    LIMIT max(0, (SELECT count(*) FROM notifications_notice) - ${max}))`.execute(db(tx));
}

export async function countNotices(reader: Reader): Promise<number> {
  const row = await db(reader)
    .selectFrom('notifications_notice')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Marks these kinds of one target as read; whether any was unread. */
export async function readTarget(tx: Tx, target: string, kinds: readonly Kind[]): Promise<boolean> {
  const result = await db(tx)
    .updateTable('notifications_notice')
    .set({ read: 1 })
    .where('target', '=', target)
    .where('kind', 'in', [...kinds])
    .where('read', '=', 0)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Removes these kinds of one target; whether there were any. */
export async function forgetTarget(tx: Tx, target: string, kinds: readonly Kind[]): Promise<boolean> {
  const result = await db(tx)
    .deleteFrom('notifications_notice')
    .where('target', '=', target)
    .where('kind', 'in', [...kinds])
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Removes what one node alone has caused; whether there was anything. */
export async function forgetActor(tx: Tx, nodeId: string): Promise<boolean> {
  const result = await sql`DELETE FROM notifications_notice
    WHERE actors = ${JSON.stringify([nodeId])}`.execute(db(tx));
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** A page, newest first. */
export async function listNotices(
  reader: Reader,
  page: { readonly before: number; readonly limit: number; readonly unread: boolean },
): Promise<Notice[]> {
  let query = db(reader).selectFrom('notifications_notice').selectAll().where('position', '<', page.before);
  if (page.unread) query = query.where('read', '=', 0);
  const rows = await query.orderBy('position', 'desc').limit(page.limit).execute();
  return rows.map(toNotice);
}

export async function countUnread(reader: Reader): Promise<number> {
  const row = await db(reader)
    .selectFrom('notifications_notice')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('read', '=', 0)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Whether anything of these kinds is unread. */
export async function hasUnread(reader: Reader, kinds: readonly Kind[]): Promise<boolean> {
  if (kinds.length === 0) return false;
  const row = await db(reader)
    .selectFrom('notifications_notice')
    .select('id')
    .where('read', '=', 0)
    .where('kind', 'in', [...kinds])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function noticeExists(reader: Reader, id: number): Promise<boolean> {
  const row = await db(reader)
    .selectFrom('notifications_notice')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst();
  return row !== undefined;
}

/** Marks one, or all up to a position, as read; whether any was unread. */
export async function markRead(
  tx: Tx,
  which: { readonly id: number } | { readonly upTo: number },
): Promise<boolean> {
  const query = db(tx).updateTable('notifications_notice').set({ read: 1 }).where('read', '=', 0);
  const result = await (
    'id' in which ? query.where('id', '=', which.id) : query.where('position', '<=', which.upTo)
  ).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function readSettings(reader: Reader): Promise<Map<Kind, Setting>> {
  const rows = await db(reader).selectFrom('notifications_setting').selectAll().execute();
  return new Map(rows.map(({ kind, app, push }) => [kind, { app: app === 1, push: push === 1 }]));
}

export async function writeSetting(tx: Tx, kind: Kind, { app, push }: Setting): Promise<void> {
  const row = { app: app ? 1 : 0, push: push ? 1 : 0 };
  await db(tx)
    .insertInto('notifications_setting')
    .values({ kind, ...row })
    .onConflict((conflict) => conflict.column('kind').doUpdateSet(row))
    .execute();
}

export async function putReminder(tx: Tx, kind: Kind, dueAt: number): Promise<void> {
  await db(tx)
    .insertInto('notifications_reminder')
    .values({ kind, due_at: dueAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function nextReminder(reader: Reader): Promise<{ kind: Kind; dueAt: number } | undefined> {
  const row = await db(reader)
    .selectFrom('notifications_reminder')
    .selectAll()
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : { kind: row.kind, dueAt: row.due_at };
}

export async function removeReminder(tx: Tx, kind: Kind): Promise<void> {
  await db(tx).deleteFrom('notifications_reminder').where('kind', '=', kind).execute();
}

function toNotice({ created_at, updated_at, actors, read, ...rest }: NoticeRow): Notice {
  return {
    ...rest,
    actors: JSON.parse(actors) as NodeId[],
    createdAt: created_at,
    updatedAt: updated_at,
    read: read === 1,
  };
}
