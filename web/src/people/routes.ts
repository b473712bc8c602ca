// The routes that people's screens call, and the shapes they answer.
// Types only come from the node's contracts.
import type * as discovery from '#node/discovery/api.ts';
import type * as identity from '#node/identity/api.ts';
import type * as media from '#node/media/api.ts';
import type * as api from '#node/people/api.ts';
import { readPages } from '../api/queries.ts';
import { route, type OutputOf } from '../api/route.ts';

export const readProfile = route<typeof api.readProfile>('GET', '/api/v1/profile');
export const changeProfile = route<typeof api.changeProfile>('PATCH', '/api/v1/profile');
export const findPeople = route<typeof api.findPeople>('GET', '/api/v1/people');
export const readPerson = route<typeof api.readPerson>('GET', '/api/v1/people/:who');
export const listConnections = route<typeof api.listConnections>('GET', '/api/v1/connections');
export const addFriend = route<typeof api.addFriend>('POST', '/api/v1/connections');
export const changeBond = route<typeof api.changeBond>('POST', '/api/v1/connections/:action');
export const compare = route<typeof discovery.compareRoute>('GET', '/api/v1/people/:who/fingerprint');
export const showIdentity = route<typeof identity.showIdentityRoute>('GET', '/api/v1/identity');
export const uploadMedia = route<typeof media.uploadMedia>('POST', '/api/v1/media');

export type Connection = OutputOf<typeof listConnections>['items'][number];
export type Person = OutputOf<typeof readPerson>;
export type FoundPerson = OutputOf<typeof findPeople>['items'][number];
export type BondAction = api.BondAction;

/** The largest page that the node gives: most people have no second one. */
const CONNECTIONS_A_PAGE = 100;
export const connectionPages = readPages(listConnections, { query: { limit: CONNECTIONS_A_PAGE } });
