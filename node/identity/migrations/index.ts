// Identity's migrations, oldest first.
// A new step is added at the end; those above it never change.
import type { Migration } from '#kernel/db/migrate.ts';
import { init } from './0001-init.ts';
import { signIn } from './0002-sign-in.ts';

export const migrations: readonly Migration[] = [init, signIn];
