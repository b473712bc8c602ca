// The SQLite store, held to the port's contract.
import { openSqliteStore } from '#registry/store/store-sqlite.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeAcceptance } from './store-acceptance.ts';

storeAcceptance('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ored-store-'));
  const store = await openSqliteStore({
    file: join(folder, 'registry.db'),
    nowMs: 0,
    onFatal: (error) => {
      throw error;
    },
  });
  const close = store[Symbol.asyncDispose].bind(store);
  store[Symbol.asyncDispose] = async () => {
    await close();
    rmSync(folder, { recursive: true });
  };
  return store;
});
