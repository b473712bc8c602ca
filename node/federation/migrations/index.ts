// The federation area's migrations, in order.
// Forward only: a merged migration never changes.
import type { Migration } from '#kernel/db/migrate.ts';
import { init } from './0001-init.ts';
import { told } from './0002-told.ts';
import { parted } from './0003-parted.ts';
import { item } from './0004-item.ts';

export const migrations: readonly Migration[] = [init, told, parted, item];
