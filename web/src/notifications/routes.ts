// The routes of notifications, and the shapes they answer.
// Types only come from the node's contract.
import type * as api from '#node/notifications/api.ts';
import { route, type OutputOf } from '../api/route.ts';

export const listNotices = route<typeof api.listNotices>('GET', '/api/v1/notifications');
export const countNotices = route<typeof api.countNotices>('GET', '/api/v1/notifications/count');
export const readNotices = route<typeof api.readNotices>('POST', '/api/v1/notifications/read');
export const readSettings = route<typeof api.readSettings>('GET', '/api/v1/notifications/settings');
export const changeSettings = route<typeof api.changeSettings>('PATCH', '/api/v1/notifications/settings');
export const readPush = route<typeof api.readPush>('GET', '/api/v1/notifications/push');
export const subscribe = route<typeof api.subscribe>('PUT', '/api/v1/notifications/push/subscription');
export const unsubscribe = route<typeof api.unsubscribe>('DELETE', '/api/v1/notifications/push/subscription');

export type Notice = OutputOf<typeof listNotices>['items'][number];
export type Kind = Notice['kind'];
export type Settings = OutputOf<typeof readSettings>;
