// The registry's store on SQLite, through the same encrypted-capable, group-committing database as the node's.
// The file is plain: it holds public records and boxes that only their recipients can open.
import { openDatabase, tables, type Database, type Tx } from '#kernel/db/database.ts';
import { migrate } from '#kernel/db/migrate.ts';
import { isoTime } from '#kernel/ports.ts';
import { AppError } from '#protocol';
import { sql } from 'kysely';
import { init } from './migrations/0001-init.ts';
import { namedAt } from './migrations/0002-named-at.ts';
import type {
  Deposit,
  DepositResult,
  DiscoverQuery,
  FreedNames,
  ListedNode,
  MailboxItem,
  MailboxLimits,
  RegistryStore,
  StoredNode,
} from './store.ts';

interface NodeRow extends Omit<StoredNode, 'capabilities' | 'listed' | 'deactivated'> {
  readonly capabilities: string;
  readonly listed: number;
  readonly deactivated: number;
}

interface MailboxRow {
  readonly node_id: string;
  readonly items: number;
  readonly bytes: number;
  readonly stranger_items: number;
  readonly stranger_bytes: number;
  readonly contacts_salt: string | null;
  readonly contacts: string | null;
}

interface ItemRow {
  readonly id: number;
  readonly recipient: string;
  readonly depositor: string;
  readonly contact: number;
  readonly box: Uint8Array;
  readonly bytes: number;
  readonly received_at: number;
}

interface Schema {
  registry_node: NodeRow & { readonly rowid?: number };
  registry_node_text: { rowid: number; username: string; display_name: string; capabilities: string };
  registry_mailbox: MailboxRow;
  registry_item: Omit<ItemRow, 'id'> & { readonly id?: number };
}

/** Begins the unique stand-in for the name of a node that has lost it; no username begins so. */
const NAMELESS = '~';
const shownName = (username: string): string => (username.startsWith(NAMELESS) ? '' : username);

const listedColumns = [
  'node_id',
  'username',
  'username_skeleton',
  'display_name',
  'region',
  'language',
  'capabilities',
  'listed',
  'log_head',
  'record_seq',
  'record_expires_at',
  'deactivated',
  'registered_at',
  'named_at',
  'updated_at',
  'last_seen_at',
] as const satisfies readonly (keyof ListedNode)[];

/** Opens (and migrates) the store in one file. */
export async function openSqliteStore(options: {
  readonly file: string;
  readonly nowMs: number;
  readonly onFatal: (error: unknown) => void;
}): Promise<RegistryStore> {
  const db = openDatabase({ file: options.file, onFatal: options.onFatal });
  try {
    await migrate(db, [{ area: 'registry', migrations: [init, namedAt] }], isoTime(options.nowMs));
  } catch (error) {
    await db[Symbol.asyncDispose]();
    throw error;
  }
  return new SqliteStore(db);
}

class SqliteStore implements RegistryStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  putNode(node: StoredNode, seenSeq: number, freed: FreedNames): Promise<void> {
    return this.#db.write(async (tx) => {
      const t = tables<Schema>(tx);
      const stored = await t
        .selectFrom('registry_node')
        .select(['rowid', 'record_seq'])
        .where('node_id', '=', node.node_id)
        .executeTakeFirst();
      if ((stored?.record_seq ?? 0) !== seenSeq) throw raced();
      await takeUsername(tx, node, freed);
      const row = toRow(node);
      if (stored?.rowid === undefined) await t.insertInto('registry_node').values(row).execute();
      else await t.updateTable('registry_node').set(row).where('rowid', '=', stored.rowid).execute();
      await indexText(tx, node);
    });
  }

  async node(nodeId: string): Promise<StoredNode | undefined> {
    const row = await tables<Schema>(this.#db.read)
      .selectFrom('registry_node')
      .selectAll()
      .where('node_id', '=', nodeId)
      .executeTakeFirst();
    return row === undefined ? undefined : fromRow(row);
  }

  async discover(query: DiscoverQuery): Promise<ListedNode[]> {
    const match = textMatch(query);
    if (match === '') return [];
    let select = tables<Schema>(this.#db.read)
      .selectFrom('registry_node')
      .select(listedColumns)
      .where('listed', '=', 1)
      .where('deactivated', '=', 0)
      .where('record_expires_at', '>', query.now)
      .orderBy('username')
      .limit(query.limit);
    if (query.after !== undefined) select = select.where('username', '>', query.after);
    if (query.username !== undefined) select = select.where('username', '=', query.username);
    if (query.region !== undefined) select = select.where('region', '=', query.region);
    if (query.language !== undefined) select = select.where('language', '=', query.language);
    if (query.capability !== undefined) {
      select = select.where(
        sql<boolean>`EXISTS (SELECT 1 FROM json_each(capabilities) WHERE value = ${query.capability})`,
      );
    }
    if (match !== undefined) {
      select = select.where(
        sql<boolean>`registry_node.rowid IN (SELECT rowid FROM registry_node_text WHERE registry_node_text MATCH ${match})`,
      );
    }
    const rows = await select.execute();
    return rows.map((row) => ({
      ...row,
      capabilities: JSON.parse(row.capabilities) as string[],
      listed: row.listed === 1,
      deactivated: row.deactivated === 1,
    }));
  }

  async seen(lastSeenByNode: ReadonlyMap<string, number>): Promise<void> {
    if (lastSeenByNode.size === 0) return;
    await this.#db.write(async (tx) => {
      await sql`UPDATE registry_node SET last_seen_at = max(last_seen_at, seen.at)
        FROM (SELECT value ->> 0 AS node_id, value ->> 1 AS at FROM json_each(${JSON.stringify([...lastSeenByNode])})) AS seen
        WHERE registry_node.node_id = seen.node_id`.execute(tables<Schema>(tx));
    });
  }

  async setContacts(nodeId: string, salt: string, digests: readonly string[]): Promise<void> {
    const contacts = { contacts_salt: salt, contacts: JSON.stringify(digests) };
    await this.#db.write(async (tx) => {
      await tables<Schema>(tx)
        .insertInto('registry_mailbox')
        .values({ node_id: nodeId, items: 0, bytes: 0, stranger_items: 0, stranger_bytes: 0, ...contacts })
        .onConflict((conflict) => conflict.column('node_id').doUpdateSet(contacts))
        .execute();
    });
  }

  async contacts(nodeId: string): Promise<{ salt: string; digests: ReadonlySet<string> } | undefined> {
    const row = await tables<Schema>(this.#db.read)
      .selectFrom('registry_mailbox')
      .select(['contacts_salt', 'contacts'])
      .where('node_id', '=', nodeId)
      .executeTakeFirst();
    if (row === undefined || row.contacts_salt === null || row.contacts === null) return undefined;
    return { salt: row.contacts_salt, digests: new Set(JSON.parse(row.contacts) as string[]) };
  }

  deposit(deposit: Deposit, limits: MailboxLimits): Promise<DepositResult> {
    return this.#db.write(async (tx) => {
      const t = tables<Schema>(tx);
      const bytes = deposit.box.length;
      const mailbox = await t
        .selectFrom('registry_mailbox')
        .select(['items', 'bytes', 'stranger_items', 'stranger_bytes'])
        .where('node_id', '=', deposit.recipient)
        .executeTakeFirst();
      const own = await t
        .selectFrom('registry_item')
        .select((eb) => [eb.fn.countAll<number>().as('items'), eb.fn.sum<number | null>('bytes').as('bytes')])
        .where('recipient', '=', deposit.recipient)
        .where('depositor', '=', deposit.depositor)
        .executeTakeFirstOrThrow();
      const total = mailbox ?? { items: 0, bytes: 0, stranger_items: 0, stranger_bytes: 0 };
      const fits =
        total.items < limits.itemsMax &&
        total.bytes + bytes <= limits.bytesMax &&
        own.items < limits.depositorItemsMax &&
        (own.bytes ?? 0) + bytes <= limits.depositorBytesMax;
      const strangerFits =
        total.stranger_items < limits.itemsMax * limits.strangersShare &&
        total.stranger_bytes + bytes <= limits.bytesMax * limits.strangersShare;
      if (!fits || (!deposit.contact && !strangerFits)) return { stored: false };
      const inserted = await t
        .insertInto('registry_item')
        .values({ ...deposit, contact: Number(deposit.contact), bytes })
        .executeTakeFirstOrThrow();
      await recount(tx, [deposit.recipient]);
      return { stored: true, item_id: String(inserted.insertId) };
    });
  }

  async items(recipient: string, limit: number): Promise<MailboxItem[]> {
    const rows = await tables<Schema>(this.#db.read)
      .selectFrom('registry_item')
      .select(['id', 'box', 'received_at'])
      .where('recipient', '=', recipient)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ id, box, received_at }) => ({
      item_id: String(id),
      box: new Uint8Array(box),
      received_at,
    }));
  }

  acknowledge(recipient: string, itemIds: readonly string[]): Promise<number> {
    return this.#db.write(async (tx) => {
      const deleted = await sql`DELETE FROM registry_item WHERE recipient = ${recipient}
        AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(${JSON.stringify(itemIds)}))`.execute(
        tables<Schema>(tx),
      );
      await recount(tx, [recipient]);
      return Number(deleted.numAffectedRows ?? 0n);
    });
  }

  expire(before: number, limit: number): Promise<number> {
    return this.#db.write(async (tx) => {
      const rows = await tables<Schema>(tx)
        .selectFrom('registry_item')
        .select(['id', 'recipient'])
        .where('received_at', '<', before)
        .orderBy('received_at')
        .limit(limit)
        .execute();
      if (rows.length === 0) return 0;
      await sql`DELETE FROM registry_item WHERE id IN (SELECT value FROM json_each(${JSON.stringify(rows.map(({ id }) => id))}))`.execute(
        tables<Schema>(tx),
      );
      await recount(tx, [...new Set(rows.map(({ recipient }) => recipient))]);
      return rows.length;
    });
  }

  async counts(
    onlineSince: number,
  ): Promise<{ nodes: number; online: number; items: number; bytes: number }> {
    const { rows } = await sql<{ nodes: number; online: number; items: number; bytes: number }>`SELECT
      (SELECT count(*) FROM registry_node WHERE deactivated = 0) AS nodes,
      (SELECT count(*) FROM registry_node WHERE last_seen_at >= ${onlineSince}) AS online,
      (SELECT coalesce(sum(items), 0) FROM registry_mailbox) AS items,
      (SELECT coalesce(sum(bytes), 0) FROM registry_mailbox) AS bytes`.execute(tables<Schema>(this.#db.read));
    return rows[0] ?? { nodes: 0, online: 0, items: 0, bytes: 0 };
  }

  async ping(): Promise<void> {
    await sql`SELECT 1 FROM registry_node LIMIT 1`.execute(tables<Schema>(this.#db.read));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#db[Symbol.asyncDispose]();
  }
}

/** Totals are counted from the rows, not kept by addition: they cannot drift, and a mailbox has at most 1,000. */
async function recount(tx: Tx, recipients: readonly string[]): Promise<void> {
  await sql`INSERT INTO registry_mailbox (node_id, items, bytes, stranger_items, stranger_bytes)
    SELECT node.value, count(item.id), coalesce(sum(item.bytes), 0),
      coalesce(sum(item.contact = 0), 0), coalesce(sum(CASE WHEN item.contact = 0 THEN item.bytes END), 0)
    FROM json_each(${JSON.stringify(recipients)}) AS node LEFT JOIN registry_item AS item ON item.recipient = node.value
    GROUP BY node.value
    ON CONFLICT (node_id) DO UPDATE SET items = excluded.items, bytes = excluded.bytes,
      stranger_items = excluded.stranger_items, stranger_bytes = excluded.stranger_bytes`.execute(
    tables<Schema>(tx),
  );
}

async function takeUsername(tx: Tx, node: StoredNode, freed: FreedNames): Promise<void> {
  const t = tables<Schema>(tx);
  const holder = await t
    .selectFrom('registry_node')
    .select(['rowid', 'node_id', 'deactivated', 'updated_at', 'record_expires_at'])
    .where('username_skeleton', '=', node.username_skeleton)
    .executeTakeFirst();
  if (holder === undefined || holder.node_id === node.node_id) return;
  const isFree =
    (holder.deactivated === 1 && holder.updated_at < freed.closedBefore) ||
    holder.record_expires_at < freed.expiredBefore;
  if (isFree && holder.rowid !== undefined) {
    const nameless = `${NAMELESS}${holder.node_id}`;
    const { rowid } = holder;
    await t
      .updateTable('registry_node')
      .set({ username: nameless, username_skeleton: nameless, listed: 0 })
      .where('rowid', '=', rowid)
      .execute();
    await t.deleteFrom('registry_node_text').where('rowid', '=', rowid).execute();
    return;
  }
  throw new AppError({
    category: 'conflict',
    code: 'registry/username-taken',
    safe: {
      en: `The name "${node.username}" is taken here, or looks too much like one that is. Choose another.`,
      fr: `Le nom « ${node.username} » est déjà pris ici, ou ressemble trop à un nom pris. Choisissez-en un autre.`,
    },
  });
}

async function indexText(tx: Tx, node: StoredNode): Promise<void> {
  const t = tables<Schema>(tx);
  const { rowid } = await t
    .selectFrom('registry_node')
    .select('rowid')
    .where('node_id', '=', node.node_id)
    .executeTakeFirstOrThrow();
  if (rowid === undefined) throw new Error('a row has a rowid');
  await t.deleteFrom('registry_node_text').where('rowid', '=', rowid).execute();
  const { username, display_name, capabilities } = node;
  await t
    .insertInto('registry_node_text')
    .values({ rowid, username, display_name, capabilities: capabilities.join(' ') })
    .execute();
}

/** The FTS5 expression of a query's words: undefined when it has none to match, '' when nothing can match. */
function textMatch(query: DiscoverQuery): string | undefined {
  const clause = (text: string, column: string): string =>
    (text.normalize('NFKC').match(/[\p{L}\p{N}]+/gu) ?? [])
      .map((word) => `${column}"${word}"*`)
      .join(' AND ');
  const clauses: string[] = [];
  if (query.text !== undefined) clauses.push(clause(query.text, ''));
  if (query.display_name !== undefined) clauses.push(clause(query.display_name, 'display_name : '));
  if (clauses.length === 0) return undefined;
  return clauses.includes('') ? '' : clauses.join(' AND ');
}

function toRow(node: StoredNode): NodeRow {
  return {
    ...node,
    username: node.username === '' ? `${NAMELESS}${node.node_id}` : node.username,
    capabilities: JSON.stringify(node.capabilities),
    listed: Number(node.listed),
    deactivated: Number(node.deactivated),
  };
}

function fromRow(row: NodeRow & { readonly rowid?: number | undefined }): StoredNode {
  const { rowid: _rowid, ...rest } = row;
  return {
    ...rest,
    username: shownName(row.username),
    capabilities: JSON.parse(row.capabilities) as string[],
    listed: row.listed === 1,
    deactivated: row.deactivated === 1,
    signing_key: new Uint8Array(row.signing_key),
  };
}

function raced(): AppError {
  return new AppError({
    category: 'conflict',
    code: 'registry/raced',
    safe: {
      en: 'This registration met another of the same node. Nothing was changed; register again.',
      fr: "Cette inscription a croisé une autre du même nœud. Rien n'a changé ; recommencez.",
    },
  });
}
