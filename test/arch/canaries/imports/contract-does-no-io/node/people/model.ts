// A model that knows the database.
export { answer } from '../kernel/db/database.ts';
