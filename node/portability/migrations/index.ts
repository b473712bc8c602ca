// The migrations of portability, in order.
// A merged one is never changed: a change is a further one.
import type { Migration } from '#kernel/db/migrate.ts';
import { init } from './0001-init.ts';
import { imports } from './0002-imports.ts';
import { warningsAndPortrait } from './0003-warnings-and-portrait.ts';

export const migrations: readonly Migration[] = [init, imports, warningsAndPortrait];
