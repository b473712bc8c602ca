// The routes of posts that the app calls, and the shapes they answer.
// Types only come from the node's contract.
import type * as api from '#node/posts/api.ts';
import type { OutputOf } from '../api/route.ts';
import { route } from '../api/route.ts';

export const readFeed = route<typeof api.readFeed>('GET', '/api/v1/feed');
export const createPost = route<typeof api.createPost>('POST', '/api/v1/posts');

export type Post = OutputOf<typeof readFeed>['items'][number];
