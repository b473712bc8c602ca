// The vault's migrations, oldest first.
// A new step is added at the end; those above it never change.
import type { Migration } from '#kernel/db/migrate.ts';
import { init } from './0001-init.ts';
import { spools } from './0002-spools.ts';

export const migrations: readonly Migration[] = [init, spools];
