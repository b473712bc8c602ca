// The migrations of conversations, in order.
// Forward only; what has been merged is never changed.
import type { Migration } from '#kernel/db/migrate.ts';
import { init } from './0001-init.ts';
import { leavingAndMedia } from './0002-leaving-and-media.ts';

export const migrations: readonly Migration[] = [init, leavingAndMedia];
