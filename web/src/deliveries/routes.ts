// The delivery ledger of the node, and what can be done with one entry.
// Types only come from the node's contract.
import type * as api from '#node/federation/api.ts';
import { route, type OutputOf } from '../api/route.ts';

export const listOutbox = route<typeof api.listOutbox>('GET', '/api/v1/outbox');
export const cancelOutbox = route<typeof api.cancelOutbox>('POST', '/api/v1/outbox/:id/cancel');
export const retryOutbox = route<typeof api.retryOutbox>('POST', '/api/v1/outbox/:id/retry');

export type Entry = OutputOf<typeof listOutbox>['items'][number];
export type EntryState = Entry['state'];
