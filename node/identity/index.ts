// The door of identity: who this node is, its signed record, and who is signed in to it.
// Private keys pass it inside this process only; no route carries one, the kit apart.
import type { Actor } from '#kernel/actor.ts';
import { defineFeature } from '#kernel/feature.ts';
import { vault } from '#node/vault/index.ts';
import type { IncomingMessage } from 'node:http';
import { changes } from './changes.ts';
import { createClaimLink } from './claim-link.ts';
import { identityRoutes } from './http.ts';
import { registerJobs } from './jobs.ts';
import { migrations } from './migrations/index.ts';
import { loadIdentity, type OwnIdentity } from './service.ts';
import { cookieNames } from './sessions/credentials.ts';
import { authenticate, sessionRoutes, type SessionHttp } from './sessions/http.ts';
import { createSessions } from './sessions/service.ts';
import { findSelf } from './store.ts';

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
  /** What status shows. @throws identity/none */
  status(): Record<string, unknown>;
}

export const identity = defineFeature({
  name: 'identity',
  needs: { vault },
  migrations,
  async start(host, doors) {
    const own = await loadIdentity(host, doors.vault);
    const sessions = await createSessions(host, doors.vault.secrets, () => own.self().nodeId);
    const claimLink = createClaimLink(host, sessions);
    sessions.onClaimed(
      () => void claimLink.update().catch((error: unknown) => host.log.warn({ err: error })),
    );
    await claimLink.update();
    // Without an identity there is nothing to keep fresh; `ored init` runs in another process.
    if ((await findSelf(host.db.read)) !== undefined) registerJobs(host, own, sessions);
    const http: SessionHttp = {
      sessions,
      clock: host.clock,
      cookieNames: () => cookieNames(own.self().nodeId, host.serverUrl),
    };
    const door: Identity = {
      ...own,
      authenticate: (request) => authenticate(http, request),
      ownerActor: () => {
        own.self();
        return { kind: 'account', account_id: sessions.ownerId() ?? '', role: 'owner' };
      },
      sessionStands: (sessionId) => sessions.stands(sessionId),
      onSessionEnded: (run) => sessions.onEnded(run),
      claimUrl: () => claimLink.url(),
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
    const routes = [...identityRoutes(host, own), ...sessionRoutes(http)];
    return { door, routes, changes, status: () => Promise.resolve(door.status()) };
  },
});
