// The routes behind what people wrote, which several areas show: posts, reactions, deliveries, reports.
// Types only come from the node's contracts.
import type * as conversations from '#node/conversations/api.ts';
import type * as federation from '#node/federation/api.ts';
import type * as api from '#node/posts/api.ts';
import { route, type OutputOf } from '../api/route.ts';

export const readPost = route<typeof api.readPost>('GET', '/api/v1/posts/:id');
export const listPosts = route<typeof api.listPosts>('GET', '/api/v1/posts');
export const react = route<typeof api.react>('PUT', '/api/v1/posts/:id/reaction');
export const trashPost = route<typeof api.trashPost>('POST', '/api/v1/posts/:id/trash');
export const restorePost = route<typeof api.restorePost>('POST', '/api/v1/posts/:id/restore');
export const listDeliveries = route<typeof federation.listDeliveries>('GET', '/api/v1/deliveries');
export const changeDeliveries = route<typeof federation.changeDeliveries>(
  'POST',
  '/api/v1/deliveries/:action',
);
export const listOutbox = route<typeof federation.listOutbox>('GET', '/api/v1/outbox');
export const cancelOutbox = route<typeof federation.cancelOutbox>('POST', '/api/v1/outbox/:id/cancel');
export const retryOutbox = route<typeof federation.retryOutbox>('POST', '/api/v1/outbox/:id/retry');
export const createReport = route<typeof conversations.createReport>('POST', '/api/v1/reports');

export type Post = OutputOf<typeof readPost>;
export type Delivery = OutputOf<typeof listDeliveries>['items'][number];
/** One message of the ledger. */
export type Entry = OutputOf<typeof listOutbox>['items'][number];
export type EntryState = Entry['state'];
export type DeliveryCounts = NonNullable<Post['delivery']>;
