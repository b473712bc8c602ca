// The migrations of posts, in order.
// A merged one is never changed: a change is a further one.
import type { Migration } from '#kernel/db/migrate.ts';
import { init } from './0001-init.ts';
import { due } from './0002-due.ts';
import { undoHistory } from './0003-undo-history.ts';
import { brought } from './0004-brought.ts';
import { warnings } from './0005-warnings.ts';

export const migrations: readonly Migration[] = [init, due, undoHistory, brought, warnings];
