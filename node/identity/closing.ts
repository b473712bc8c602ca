// Closing this node's identity for good: one last entry in its log. Only the recovery key could put another in its place.
// The closing entry is signed by the key that the log announced; nothing of the data is removed.
import { deactivateIdentity, signingKeyFromSeed } from '#protocol';
import type { Host } from '#kernel/feature.ts';
import { isoTime } from '#kernel/ports.ts';
import type { Vault } from '#node/vault/index.ts';
import assert from 'node:assert/strict';
import { secretNames, type Self } from './model.ts';
import * as store from './store.ts';

const SEED_BYTES = 32;

/** Appends the closing entry, signed by the announced next key, and takes that key over. @throws identity/deactivated */
export async function closeIdentity(host: Host, vault: Vault, self: Self): Promise<void> {
  const { db, clock, random, events } = host;
  const { secrets } = vault;
  const seed = await secrets.get(secretNames.nextSigning);
  assert(seed !== undefined, 'the vault holds the next signing key');
  const after = random.bytes(SEED_BYTES);
  const log = await deactivateIdentity(self.log, {
    by: signingKeyFromSeed(seed),
    nextSigningPublicKey: signingKeyFromSeed(after).publicKey,
    created: isoTime(clock.now()),
  });
  await db.write(async (tx) => {
    await secrets.put(tx, secretNames.signing, seed);
    await secrets.put(tx, secretNames.nextSigning, after);
    await store.updateSelf(tx, { log });
    await events.append(tx, [{ type: 'identity.closed', subject: self.nodeId, actor: 'system' }]);
  });
}
