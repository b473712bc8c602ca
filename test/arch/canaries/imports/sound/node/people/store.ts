// The only place of SQL.
import { sql } from 'kysely';
export const answer = sql;
