// Which events of people the owner's clients are told of, as kinds and node ids.
// What was said stays in the answers of the routes.
import type { ChangeRules } from '#kernel/changes.ts';

const connection = { kind: 'connection' } as const;
const profile = { kind: 'profile' } as const;

export const changes: ChangeRules = {
  'people.asked': connection,
  'people.befriended': connection,
  'people.blocked': connection,
  'people.declined': connection,
  'people.ended': connection,
  'people.followed': connection,
  'people.following': connection,
  'people.muted': connection,
  'people.rejected': connection,
  'people.requested': connection,
  'people.unmuted': connection,
  'people.person-changed': profile,
  'people.profile-changed': profile,
};
