// Which events of conversations the owner's clients are told of: the message's URI and whose conversation it is.
// What was said stays in the answers of the routes.
import type { ChangeRules } from '#kernel/changes.ts';

const message = { kind: 'message', ids: ['peer'] } as const;

export const changes: ChangeRules = {
  'conversations.received': message,
  'conversations.sent': message,
  'conversations.read': message,
  'conversations.request-accepted': message,
  'conversations.request-declined': message,
  'conversations.delivery': { kind: 'delivery' },
};
