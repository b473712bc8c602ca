// SQL of conversations: threads, messages, their files. Sets travel as one JSON parameter, so that a
// statement's text does not depend on the number of rows.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { MessageId, NodeId } from '#protocol';
import { sql, type Generated } from 'kysely';
import type { Attachment, Message, MessageState, Thread, ThreadStatus } from './model.ts';

interface MessageRow {
  row: number;
  id: string;
  peer: string;
  mine: number;
  seq: number | null;
  state: MessageState;
  text: string | null;
  reply_to: string | null;
  at: number;
  received_at: number;
  withheld: number;
  enc: string | null;
  ciphertext: string | null;
  delivery: string | null;
  reason: string | null;
}
interface AttachmentRow {
  message: number;
  position: number;
  cid: string;
  key: Uint8Array;
  size: number;
  type: string;
  name: string | null;
  width: number | null;
  height: number | null;
  duration_ms: number | null;
}
interface ThreadRow {
  peer: string;
  status: ThreadStatus;
  unread: number;
  waiting: number;
  last_at: number;
  they_left: number;
}
type Stored = Omit<MessageRow, 'row' | 'withheld'> & { row: Generated<number>; withheld: Generated<number> };
interface Schema {
  conversations_message: Stored;
  conversations_attachment: AttachmentRow;
  conversations_thread: ThreadRow;
}

const db = (handle: Reader): ReturnType<typeof tables<Schema>> => tables<Schema>(handle);

export async function readThreads(reader: Reader, peers: readonly string[]): Promise<Map<NodeId, Thread>> {
  const { rows } = await sql<ThreadRow>`SELECT t.* FROM json_each(${JSON.stringify(peers)}) AS wanted
    CROSS JOIN conversations_thread AS t ON t.peer = wanted.value`.execute(db(reader));
  return new Map(rows.map((row) => [row.peer as NodeId, toThread(row)]));
}

/** Threads of a status, most recent first. */
export async function listThreads(
  reader: Reader,
  query: { status: ThreadStatus; before: { at: number; peer: string } | null; limit: number },
): Promise<Thread[]> {
  let rows = db(reader).selectFrom('conversations_thread').selectAll().where('status', '=', query.status);
  const { before } = query;
  if (before !== null) {
    rows = rows.where((eb) =>
      eb.or([
        eb('last_at', '<', before.at),
        eb.and([eb('last_at', '=', before.at), eb('peer', '<', before.peer)]),
      ]),
    );
  }
  const found = await rows.orderBy('last_at', 'desc').orderBy('peer', 'desc').limit(query.limit).execute();
  return found.map(toThread);
}

export async function countThreads(reader: Reader, status: ThreadStatus): Promise<number> {
  const row = await db(reader)
    .selectFrom('conversations_thread')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('status', '=', status)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Messages that the owner has not read, in all threads of a status. */
export async function countUnread(reader: Reader, status: ThreadStatus): Promise<number> {
  const row = await db(reader)
    .selectFrom('conversations_thread')
    .select((eb) => eb.fn.sum<number | null>('unread').as('count'))
    .where('status', '=', status)
    .executeTakeFirst();
  return row?.count ?? 0;
}

export interface ThreadChange {
  readonly peer: NodeId;
  readonly status: ThreadStatus;
  readonly unread: number;
  readonly waiting: number;
  readonly at: number;
}

/** Makes threads or moves them on: the status is set, unread and waiting are added; who writes has not left. */
export async function moveThreads(tx: Tx, changes: readonly ThreadChange[]): Promise<void> {
  await sql`INSERT INTO conversations_thread (peer, status, unread, waiting, last_at)
    SELECT value ->> 'peer', value ->> 'status', value ->> 'unread', value ->> 'waiting', value ->> 'at'
    FROM json_each(${JSON.stringify(changes)}) WHERE true
    ON CONFLICT (peer) DO UPDATE SET status = excluded.status, unread = unread + excluded.unread,
      waiting = waiting + excluded.waiting, they_left = 0, last_at = max(last_at, excluded.last_at)`.execute(
    db(tx),
  );
}

export async function setThread(
  tx: Tx,
  peer: NodeId,
  change: { status?: ThreadStatus; unread?: number; waiting?: number; they_left?: 0 | 1 },
): Promise<boolean> {
  const result = await db(tx)
    .updateTable('conversations_thread')
    .set(change)
    .where('peer', '=', peer)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export interface NewSealed {
  readonly id: MessageId;
  readonly peer: NodeId;
  readonly seq: number;
  readonly enc: string;
  readonly ciphertext: string;
  readonly at: number;
}

/** Keeps messages as they came. */
export async function insertSealed(tx: Tx, messages: readonly NewSealed[]): Promise<void> {
  await sql`INSERT INTO conversations_message (id, peer, mine, seq, state, at, received_at, enc, ciphertext)
    SELECT value ->> 'id', value ->> 'peer', 0, value ->> 'seq', 'sealed', value ->> 'at', value ->> 'at',
      value ->> 'enc', value ->> 'ciphertext'
    FROM json_each(${JSON.stringify(messages)})`.execute(db(tx));
}

export interface SealedMessage extends NewSealed {
  readonly row: number;
  /** It could not be opened before. */
  readonly triedBefore: boolean;
}

/** What waits to be opened, in order of arrival. */
export async function listSealed(reader: Reader, limit: number): Promise<SealedMessage[]> {
  const { rows } = await sql<MessageRow>`SELECT * FROM conversations_message WHERE state = 'sealed'
    ORDER BY row LIMIT ${limit}`.execute(db(reader));
  return rows.map(({ row, id, peer, seq, enc, ciphertext, received_at, reason }) => ({
    row,
    id: id as MessageId,
    peer: peer as NodeId,
    seq: seq ?? 0,
    enc: enc ?? '',
    ciphertext: ciphertext ?? '',
    at: received_at,
    triedBefore: reason !== null,
  }));
}

/** Queues unreadable messages to be tried again: a key may have come back with a backup. */
export async function sealAgain(tx: Tx): Promise<number> {
  const result = await sql`UPDATE conversations_message SET state = 'sealed'
    WHERE state = 'unreadable'`.execute(db(tx));
  return Number(result.numAffectedRows ?? 0n);
}

/** The time of the newest opened message of each of these senders. */
export async function lastTimes(reader: Reader, peers: readonly NodeId[]): Promise<Map<NodeId, number>> {
  const { rows } = await sql<{ peer: string; at: number | null }>`SELECT value AS peer,
      (SELECT at FROM conversations_message WHERE peer = value AND mine = 0 AND state <> 'sealed'
        ORDER BY at DESC LIMIT 1) AS at
    FROM json_each(${JSON.stringify(peers)})`.execute(db(reader));
  return new Map(rows.map(({ peer, at }) => [peer as NodeId, at ?? 0]));
}

export interface OpenedMessage {
  readonly row: number;
  readonly at: number;
  readonly text: string;
  readonly replyTo: string | null;
  readonly withheld: number;
  readonly attachments: readonly Attachment[];
}

/** Puts the content in the place of its seal. */
export async function storeOpened(tx: Tx, messages: readonly OpenedMessage[]): Promise<void> {
  await sql`UPDATE conversations_message AS m SET state = 'shown', reason = NULL, enc = NULL, ciphertext = NULL,
      text = o.value ->> 'text', reply_to = o.value ->> 'replyTo', at = o.value ->> 'at',
      withheld = o.value ->> 'withheld'
    FROM json_each(${JSON.stringify(messages.map(({ attachments: _files, ...rest }) => rest))}) AS o
    WHERE m.row = o.value ->> 'row' AND m.state = 'sealed'`.execute(db(tx));
  await insertAttachments(
    tx,
    messages.flatMap(({ row, attachments }) =>
      attachments.map((file, position) => ({ row, position, file })),
    ),
  );
}

/** Marks what could not be opened; the seal stays. */
export async function storeUnreadable(
  tx: Tx,
  messages: readonly { readonly row: number; readonly at: number; readonly reason: string }[],
): Promise<void> {
  await sql`UPDATE conversations_message AS m SET state = 'unreadable', at = o.value ->> 'at',
      reason = o.value ->> 'reason'
    FROM json_each(${JSON.stringify(messages)}) AS o WHERE m.row = o.value ->> 'row' AND m.state = 'sealed'`.execute(
    db(tx),
  );
}

/** Stores one of the owner's own messages. */
export async function insertOwn(
  tx: Tx,
  message: Pick<Message, 'id' | 'peer' | 'text' | 'replyTo' | 'at' | 'attachments'>,
): Promise<void> {
  const { id, peer, text, replyTo, at, attachments } = message;
  const { row } = await db(tx)
    .insertInto('conversations_message')
    .values({
      id,
      peer,
      mine: 1,
      seq: null,
      state: 'shown' as const,
      text,
      reply_to: replyTo,
      at,
      received_at: at,
      enc: null,
      ciphertext: null,
      delivery: null,
      reason: null,
    })
    .returning('row')
    .executeTakeFirstOrThrow();
  await insertAttachments(
    tx,
    attachments.map((file, position) => ({ row, position, file })),
  );
}

async function insertAttachments(
  tx: Tx,
  files: readonly { readonly row: number; readonly position: number; readonly file: Attachment }[],
): Promise<void> {
  if (files.length === 0) return;
  const rows = files.map(({ row, position, file }) => ({
    row,
    position,
    ...file,
    key: Buffer.from(file.key).toString('hex'),
  }));
  await sql`INSERT INTO conversations_attachment
      (message, position, cid, key, size, type, name, width, height, duration_ms)
    SELECT value ->> 'row', value ->> 'position', value ->> 'cid', unhex(value ->> 'key'), value ->> 'size',
      value ->> 'type', value ->> 'name', value ->> 'width', value ->> 'height', value ->> 'durationMs' FROM json_each(${JSON.stringify(rows)})`.execute(
    db(tx),
  );
}

/** A page of messages with one person, or with all with whom the owner talks or has talked, newest first. */
export async function listMessages(
  reader: Reader,
  query: {
    readonly peer: NodeId | null;
    readonly before: { readonly at: number; readonly row: number } | null;
    readonly limit: number;
  },
): Promise<Message[]> {
  const { peer, before, limit } = query;
  const at = before?.at ?? Number.MAX_SAFE_INTEGER;
  const row = before?.row ?? Number.MAX_SAFE_INTEGER;
  const { rows } =
    peer === null
      ? await sql<MessageRow>`SELECT m.* FROM conversations_message AS m
          WHERE (m.at, m.row) < (${at}, ${row}) AND m.state <> 'sealed'
            AND EXISTS (SELECT 1 FROM conversations_thread AS t WHERE t.peer = m.peer AND t.status IN ('open', 'left'))
          ORDER BY m.at DESC, m.row DESC LIMIT ${limit}`.execute(db(reader))
      : await sql<MessageRow>`SELECT * FROM conversations_message
          WHERE peer = ${peer} AND (at, row) < (${at}, ${row}) AND state <> 'sealed'
          ORDER BY at DESC, row DESC LIMIT ${limit}`.execute(db(reader));
  return withAttachments(reader, rows);
}

/** The newest message of each thread. */
export async function newestMessages(
  reader: Reader,
  peers: readonly NodeId[],
): Promise<Map<NodeId, Message>> {
  const { rows } = await sql<MessageRow>`SELECT m.* FROM json_each(${JSON.stringify(peers)}) AS p
    CROSS JOIN conversations_message AS m ON m.row = (
      SELECT row FROM conversations_message WHERE peer = p.value AND state <> 'sealed'
      ORDER BY at DESC, row DESC LIMIT 1)`.execute(db(reader));
  const messages = await withAttachments(reader, rows);
  return new Map(messages.map((message) => [message.peer, message]));
}

/** Messages by id and author's side. */
export async function findMessages(
  reader: Reader,
  wanted: readonly { readonly id: string; readonly mine: boolean; readonly peer: string | null }[],
): Promise<Message[]> {
  const json = JSON.stringify(wanted.map((one) => ({ ...one, mine: one.mine ? 1 : 0 })));
  const { rows } = await sql<MessageRow>`SELECT m.* FROM json_each(${json}) AS w
    CROSS JOIN conversations_message AS m ON m.id = w.value ->> 'id' AND m.mine = w.value ->> 'mine'
      AND (w.value ->> 'peer' IS NULL OR m.peer = w.value ->> 'peer')`.execute(db(reader));
  return withAttachments(reader, rows);
}

/** The owner's messages to somebody of which no news came yet: they may not have left. */
export async function listUnsettled(reader: Reader, peer: NodeId, limit: number): Promise<MessageId[]> {
  const rows = await db(reader)
    .selectFrom('conversations_message')
    .select('id')
    .where('peer', '=', peer)
    .where('mine', '=', 1)
    .where('delivery', 'is', null)
    .orderBy('row')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id as MessageId);
}

/** Notes where own messages stand; what is no own message is passed over. */
export async function setDelivery(
  tx: Tx,
  states: readonly { readonly id: string; readonly state: string; readonly code: string | null }[],
): Promise<void> {
  await sql`UPDATE conversations_message AS m SET
      delivery = s.value ->> 'state', reason = s.value ->> 'code'
    FROM json_each(${JSON.stringify(states)}) AS s
    WHERE m.id = s.value ->> 'id' AND m.mine = 1`.execute(db(tx));
}

async function withAttachments(reader: Reader, rows: readonly MessageRow[]): Promise<Message[]> {
  if (rows.length === 0) return [];
  const { rows: files } = await sql<AttachmentRow>`SELECT a.* FROM json_each(${JSON.stringify(
    rows.map(({ row }) => row),
  )}) AS m CROSS JOIN conversations_attachment AS a ON a.message = m.value ORDER BY a.message, a.position`.execute(
    db(reader),
  );
  const byMessage = Map.groupBy(files, ({ message }) => message);
  return rows.map((row) => toMessage(row, byMessage.get(row.row) ?? []));
}

function toMessage(row: MessageRow, files: readonly AttachmentRow[]): Message {
  return {
    row: row.row,
    id: row.id as MessageId,
    peer: row.peer as NodeId,
    mine: row.mine === 1,
    state: row.state,
    text: row.text ?? '',
    replyTo: row.reply_to as MessageId | null,
    at: row.at,
    withheld: row.withheld,
    delivery: row.delivery,
    reason: row.reason,
    attachments: files.map(({ message: _row, position: _place, key, duration_ms: durationMs, ...file }) => ({
      ...file,
      durationMs,
      key: new Uint8Array(key),
    })),
  };
}

function toThread({ peer, last_at: lastAt, they_left: theyLeft, ...rest }: ThreadRow): Thread {
  return { ...rest, peer: peer as NodeId, lastAt, theyLeft: theyLeft === 1 };
}
