// Owns the query builder.
export { sql } from 'kysely';
