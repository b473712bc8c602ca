// The routes of posts that only this area calls; those that other areas share stand in content/routes.ts.
// Types only come from the node's contract.
import type * as api from '#node/posts/api.ts';
import { route, type OutputOf } from '../api/route.ts';

export const readFeed = route<typeof api.readFeed>('GET', '/api/v1/feed');
export const readThread = route<typeof api.readThread>('GET', '/api/v1/posts/:id/thread');
export const readHistory = route<typeof api.readHistory>('GET', '/api/v1/posts/:id/history');
export const readAudience = route<typeof api.readAudience>('GET', '/api/v1/audience');
export const createPost = route<typeof api.createPost>('POST', '/api/v1/posts');
export const editPost = route<typeof api.editPost>('PATCH', '/api/v1/posts/:id');

export type Thread = OutputOf<typeof readThread>;
export type Reply = Thread['replies'][number];
