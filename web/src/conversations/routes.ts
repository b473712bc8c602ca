// The routes that the screens of conversations call, and the shapes they answer.
// Types only come from the node's contracts.
import type * as api from '#node/conversations/api.ts';
import type * as discovery from '#node/discovery/api.ts';
import type * as people from '#node/people/api.ts';
import { readPages } from '../api/queries.ts';
import { route, type OutputOf } from '../api/route.ts';

export const listThreads = route<typeof api.listThreads>('GET', '/api/v1/conversations');
export const changeThread = route<typeof api.changeThread>('POST', '/api/v1/conversations/:action');
export const listMessages = route<typeof api.listMessages>('GET', '/api/v1/messages');
export const sendMessage = route<typeof api.sendMessage>('POST', '/api/v1/messages');
export const readPerson = route<typeof people.readPerson>('GET', '/api/v1/people/:who');
export const findPeople = route<typeof people.findPeople>('GET', '/api/v1/people');
export const listConnections = route<typeof people.listConnections>('GET', '/api/v1/connections');
export const changeBond = route<typeof people.changeBond>('POST', '/api/v1/connections/:action');
export const compare = route<typeof discovery.compareRoute>('GET', '/api/v1/people/:who/fingerprint');

export type Thread = OutputOf<typeof listThreads>['items'][number];
export type Message = OutputOf<typeof listMessages>['items'][number];
export type Person = OutputOf<typeof readPerson>;

export const openThreads = readPages(listThreads, { query: { status: 'open' } });
export const requestThreads = readPages(listThreads, { query: { status: 'request' } });
