// The door of identity: who this node is, its signed record, and who is signed in to it.
// Private keys pass it inside this process only; no route carries one, the kit apart.
import type { Actor } from '#kernel/actor.ts';
import { defineFeature, type Host } from '#kernel/feature.ts';
import type { BoundRoute } from '#kernel/http/contract.ts';
import { createTransports } from '#kernel/http/transport.ts';
import { vault } from '#node/vault/index.ts';
import type { IncomingMessage } from 'node:http';
import { changes } from './changes.ts';
import { createClaimLink } from './claim-link.ts';
import { identityRoutes } from './http.ts';
import { registerJobs } from './jobs.ts';
import { migrations } from './migrations/index.ts';
import { loadIdentity, type OwnIdentity } from './service.ts';
import { pairingRoutes } from './pairing/http.ts';
import { createPairings } from './pairing/service.ts';
import { passkeyRoutes } from './passkeys/http.ts';
import { createPasskeys } from './passkeys/service.ts';
import { secondFactorRoutes } from './second-factor/http.ts';
import { createSecondFactor, type SecondFactor } from './second-factor/service.ts';
import { createSignInHttp, type SignInHttp } from './sessions/granting.ts';
import { authenticate, sessionRoutes } from './sessions/http.ts';
import { createSessions, type Sessions } from './sessions/service.ts';
import { findSelf } from './store.ts';
import { welcomeRoutes } from './welcome/http.ts';

export { createNode, type CreatedNode, type NewNode } from './create-node.ts';
export type { Kit, ShownKit } from './kit.ts';
export { identityClosed, type RecoveryState, type Self } from './model.ts';

/** What may be asked of identity's own resources; access turns this into rules (identity starts before access). */
export const publicActions: Readonly<Record<'identity' | 'session' | 'claim', readonly string[]>> = {
  identity: ['resolve'],
  session: ['create', 'refresh'],
  claim: ['create'],
};

export interface Identity extends OwnIdentity {
  /** Who a request over TCP stands for; without a credential, anonymous. @throws session/token */
  authenticate(request: IncomingMessage): Promise<Actor>;
  /** The owner as the local socket acts: without a session. @throws identity/none */
  ownerActor(): Actor;
  sessionStands(sessionId: string): boolean;
  /** Calls `run` when a session has ended, so that its live connections close; returns the unsubscriber. */
  onSessionEnded(run: (sessionId: string) => void): () => void;
  /** The one-time claim link, or null once the node has its owner. */
  claimUrl(): string | null;
  /** Who knows the owner's display name as it is now (the area people); until then it is the one given at the beginning. */
  nameOwnerBy(read: () => Promise<string>): void;
  /** What status shows. @throws identity/none */
  status(): Record<string, unknown>;
}

export const identity = defineFeature({
  name: 'identity',
  needs: { vault },
  migrations,
  async start(host, doors) {
    const own = await loadIdentity(host, doors.vault);
    const nodeId = (): string => own.self().nodeId;
    const { secrets } = doors.vault;
    const secondFactor = createSecondFactor({ ...host, secrets, nodeId });
    const sessions = await createSessions(host, { secrets, nodeId, secondFactor });
    let displayName = (): Promise<string> => Promise.resolve(own.self().displayName);
    const claimLink = createClaimLink(host, sessions);
    sessions.onClaimed(
      () => void claimLink.update().catch((error: unknown) => host.log.warn({ err: error })),
    );
    await claimLink.update();
    // Without an identity there is nothing to keep fresh; `ored init` runs in another process.
    if ((await findSelf(host.db.read)) !== undefined) registerJobs(host, own, sessions);
    const http = createSignInHttp({
      clock: host.clock,
      nodeId,
      insecure: host.config.edge.insecure,
      transportOf: createTransports({ serverUrl: host.serverUrl, proxies: host.config.edge.proxies }),
    });
    const door: Identity = {
      ...own,
      authenticate: (request) => authenticate({ sessions, http }, request),
      ownerActor: () => {
        own.self();
        return { kind: 'account', account_id: sessions.ownerId() ?? '', role: 'owner' };
      },
      sessionStands: (sessionId) => sessions.stands(sessionId),
      onSessionEnded: (run) => sessions.onEnded(run),
      claimUrl: () => claimLink.url(),
      nameOwnerBy: (read) => void (displayName = read),
      status: () => {
        const { nodeId, did, username } = own.self();
        const claimUrl = claimLink.url();
        const claim = { claimed: claimUrl === null, claim_url: claimUrl };
        return {
          node_id: nodeId,
          did,
          username,
          recovery: own.recoveryState(),
          closed: own.closed(),
          ...claim,
        };
      },
    };
    const named = (): Promise<string> => displayName();
    const parts = { own, sessions, secondFactor, http, displayName: named };
    const routes = [...identityRoutes(host, own), ...signInRoutes(host, parts)];
    return { door, routes, changes, status: () => Promise.resolve(door.status()) };
  },
});

/** Everything by which somebody becomes or stays signed in. */
function signInRoutes(
  host: Host,
  parts: {
    readonly own: OwnIdentity;
    readonly sessions: Sessions;
    readonly secondFactor: SecondFactor;
    readonly http: SignInHttp;
    readonly displayName: () => Promise<string>;
  },
): BoundRoute[] {
  const { own, sessions, secondFactor, http } = parts;
  const passkeys = createPasskeys({
    ...host,
    sessions,
    nodeId: () => own.self().nodeId,
    owner: async () => ({
      accountId: sessions.ownerId() ?? '',
      username: own.self().username,
      displayName: await parts.displayName(),
    }),
  });
  return [
    ...sessionRoutes({ sessions, http }),
    ...passkeyRoutes(passkeys, http),
    ...secondFactorRoutes(secondFactor, { sessions, account: () => own.self().username }),
    ...pairingRoutes(createPairings({ ...host, sessions }), { http, serverUrl: () => host.serverUrl }),
    ...welcomeRoutes(host, parts),
  ];
}
