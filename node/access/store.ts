// The two conditions that need no table: every row, and none.
// What lies between is written by the areas, in their own store.ts, against their own tables.
import { sql, type RawBuilder, type SqlBool } from 'kysely';

/** An SQL condition on the rows of a list. */
export type RowCondition = RawBuilder<SqlBool>;

export const everyRow: RowCondition = sql<SqlBool>`1 = 1`;
export const noRow: RowCondition = sql<SqlBool>`1 = 0`;
