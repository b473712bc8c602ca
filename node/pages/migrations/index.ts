// The migrations of pages, in order.
// A merged one is never changed: a change is a further one.
import type { Migration } from '#kernel/db/migrate.ts';
import { init } from './0001-init.ts';

export const migrations: readonly Migration[] = [init];
