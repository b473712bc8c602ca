// The routes of search, and the shapes they answer.
// Types only come from the node's contracts.
import type * as people from '#node/people/api.ts';
import type * as api from '#node/search/api.ts';
import { route, type OutputOf } from '../api/route.ts';

export const find = route<typeof api.searchRoute>('GET', '/api/v1/search');
export const listConnections = route<typeof people.listConnections>('GET', '/api/v1/connections');

export type Found = OutputOf<typeof find>['items'][number];
export type Connection = OutputOf<typeof listConnections>['items'][number];
