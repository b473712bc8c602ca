// The migrations of conversations, in order.
import type { Migration } from '#kernel/db/migrate.ts';
import { init } from './0001-init.ts';

export const migrations: readonly Migration[] = [init];
