// SQL of reports: what the owner has to complain about, oldest first.
// They stand apart from messages and are never changed.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { NodeId } from '#protocol';
import type { Report } from '../model.ts';

interface Schema {
  conversations_report: { id: string; about: string; node_id: string; reason: string; created_at: number };
}

const db = (handle: Reader): ReturnType<typeof tables<Schema>> => tables<Schema>(handle);

export async function insertReport(tx: Tx, report: Report): Promise<void> {
  const { nodeId, at, ...rest } = report;
  await db(tx)
    .insertInto('conversations_report')
    .values({ ...rest, node_id: nodeId, created_at: at })
    .execute();
}

/** Reports by id, which grows with time. */
export async function listReports(
  reader: Reader,
  query: { after: string; limit: number },
): Promise<Report[]> {
  const rows = await db(reader)
    .selectFrom('conversations_report')
    .selectAll()
    .where('id', '>', query.after)
    .orderBy('id')
    .limit(query.limit)
    .execute();
  return rows.map(({ node_id, created_at, ...rest }) => ({
    ...rest,
    nodeId: node_id as NodeId,
    at: created_at,
  }));
}
