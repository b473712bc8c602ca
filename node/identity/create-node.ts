// Makes a new node's identity: keys, identity log, owner account, claim token. Used once, by `ored init`.
// Needs no network. Refuses where an identity exists: a second one would orphan every connection of the first.
import {
  AppError,
  createIdentity,
  formatDid,
  parseNewUsername,
  sealingKeyPairFromSeed,
  signingKeyFromSeed,
  toBase64Url,
  cleanDisplayName,
} from '#protocol';
import type { Database } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Keyring } from '#kernel/keyring.ts';
import { isLocalUrl } from '#kernel/network.ts';
import { isoTime, type Clock, type Random } from '#kernel/ports.ts';
import { createSecrets } from '#node/vault/index.ts';
import { secretNames } from './model.ts';
import { insertAccount } from './sessions/store.ts';
import * as store from './store.ts';

const SEED_BYTES = 32;
const CLAIM_BYTES = 24;
const ACCOUNT_BYTES = 12;

export interface NewNode {
  readonly username: string;
  /** The address under which others reach the node; gives the DID its host when it is a public https name. */
  readonly serverUrl: string;
  readonly displayName?: string;
  readonly language: 'en' | 'fr';
}

export interface CreatedNode {
  readonly node_id: string;
  readonly did: string;
  readonly username: string;
  readonly server_url: string;
}

/** Creates the identity in a migrated database. @throws identity/exists, names/* for the username or display name */
export async function createNode(
  host: {
    readonly db: Database;
    readonly keyring: Keyring;
    readonly clock: Clock;
    readonly random: Random;
    readonly events: Events;
  },
  node: NewNode,
): Promise<CreatedNode> {
  const { db, clock, random } = host;
  const username = parseNewUsername(node.username);
  const displayName = cleanDisplayName(node.displayName ?? username);
  const seeds = {
    signing: random.bytes(SEED_BYTES),
    nextSigning: random.bytes(SEED_BYTES),
    recovery: random.bytes(SEED_BYTES),
    transport: random.bytes(SEED_BYTES),
  };
  const sealingSeed = random.bytes(SEED_BYTES);
  const sealing = toBase64Url((await sealingKeyPairFromSeed(sealingSeed)).publicKey);
  const didHost = hostForDid(node.serverUrl);
  const { nodeId, did, log } = await createIdentity({
    ...(didHost === undefined ? {} : { host: didHost }),
    signingKey: signingKeyFromSeed(seeds.signing),
    nextSigningPublicKey: signingKeyFromSeed(seeds.nextSigning).publicKey,
    recoveryPublicKey: signingKeyFromSeed(seeds.recovery).publicKey,
    created: isoTime(clock.now()),
  });
  const accountId = toBase64Url(random.bytes(ACCOUNT_BYTES));
  const secrets = createSecrets({ read: db.read, keyring: host.keyring, random });
  await db.write(async (tx) => {
    if ((await store.findSelf(tx)) !== undefined) throw exists();
    for (const name of ['signing', 'nextSigning', 'recovery', 'transport'] as const) {
      await secrets.put(tx, secretNames[name], seeds[name]);
    }
    await secrets.put(tx, secretNames.sealing(sealing), sealingSeed);
    await secrets.put(tx, secretNames.claim, random.bytes(CLAIM_BYTES));
    await store.insertSealingKey(tx, sealing, clock.now());
    await store.insertSelf(tx, {
      one: 1,
      node_id: nodeId,
      did,
      log,
      username,
      display_name: displayName,
      language: node.language,
      generation: 1,
      recovery: 'unconfirmed',
      kit_positions: null,
      record: null,
      created_at: clock.now(),
    });
    await insertAccount(tx, { account_id: accountId, role: 'owner', created_at: clock.now() });
    await host.events.append(tx, [
      {
        type: 'identity.created',
        subject: nodeId,
        actor: 'system',
        new: { username, display_name: displayName, language: node.language },
      },
    ]);
  });
  return { node_id: nodeId, did, username, server_url: node.serverUrl };
}

/** The domain name for the DID, or undefined where the address is no public https name. */
function hostForDid(serverUrl: string): string | undefined {
  const url = URL.parse(serverUrl);
  if (url === null || url.protocol !== 'https:' || url.pathname !== '/' || isLocalUrl(serverUrl)) {
    return undefined;
  }
  try {
    formatDid('', { host: url.host, path: [] });
    return url.host;
  } catch (error) {
    // An address that cannot be a DID's host (an IP address, a single label) is no mistake: the DID has none then.
    if (error instanceof AppError && error.code === 'identity/host') return undefined;
    throw error;
  }
}

function exists(): AppError {
  return new AppError({
    category: 'conflict',
    code: 'identity/exists',
    safe: {
      en: 'This data folder already holds a node. Nothing was changed. Start it with "ored start", or choose another folder with --data.',
      fr: "Ce dossier de données contient déjà un nœud. Rien n'a été modifié. Démarrez-le avec « ored start », ou choisissez un autre dossier avec --data.",
    },
  });
}
