// Which events of posts the owner's clients are told of: the URI, and of an answer that of what it answers.
// What was said stays in the answers of the routes.
import type { ChangeRules } from '#kernel/changes.ts';

const feed = { kind: 'feed', ids: ['parent'] } as const;
const post = { kind: 'post' } as const;

export const changes: ChangeRules = {
  'posts.created': feed,
  'posts.deleted': feed,
  'posts.received': feed,
  'posts.withdrawn': feed,
  'posts.edited': post,
  'posts.reacted': post,
  'posts.reaction-received': post,
  'posts.unreacted': post,
};
