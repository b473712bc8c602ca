// The routes that the node's screens call, and what its status holds. Areas add their own part to the status, so each
// is read with care: a part that is missing is not shown.
import type * as audit from '#node/audit/api.ts';
import type * as edge from '#node/edge/http/api.ts';
import type * as federation from '#node/federation/api.ts';
import type * as identity from '#node/identity/api.ts';
import { route, type OutputOf } from '../api/route.ts';

export const readStatus = route<typeof edge.getStatus>('GET', '/api/v1/status');
export const readDoctor = route<typeof edge.getDoctor>('GET', '/api/v1/doctor');
export const showIdentity = route<typeof identity.showIdentityRoute>('GET', '/api/v1/identity');
export const listPeers = route<typeof federation.listPeers>('GET', '/api/v1/peers');
export const listAudit = route<typeof audit.listAuditRoute>('GET', '/api/v1/audit');
export const verifyAudit = route<typeof audit.verifyAuditRoute>('GET', '/api/v1/audit/verification');

export type Finding = OutputOf<typeof readDoctor>['checks'][number];
export type Peer = OutputOf<typeof listPeers>['items'][number];
export type Entry = OutputOf<typeof listAudit>['items'][number];

export interface Room {
  readonly bytes: number;
  readonly bytes_max: number;
}

/** What this page shows of the node's status. */
export interface StatusParts {
  readonly registry?: {
    readonly url: string | null;
    readonly registered: boolean;
    readonly mailbox_only: boolean;
    readonly error?: string;
  };
  readonly storage?: { readonly media: Room; readonly cache: Room };
  readonly outbox?: Readonly<Record<string, number>>;
  readonly peers?: number;
  readonly clock?: { readonly agrees: boolean; readonly off_by_s?: number };
}
