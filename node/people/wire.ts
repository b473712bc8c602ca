// Binds messages and questions of other nodes to what people does with them.
// Strangers may ask, answer and end, since each is judged by the bond that stands; the rest is for contacts.
import type { DoorOf } from '#kernel/feature.ts';
import type { access } from '#node/access/index.ts';
import type { federation } from '#node/federation/index.ts';
import type { PeopleHandlers } from './incoming.ts';
import type { Profiles } from './profiles.ts';

export function bindMessages(
  doors: { readonly federation: DoorOf<typeof federation>; readonly access: DoorOf<typeof access> },
  handlers: PeopleHandlers,
  profiles: Profiles,
): void {
  const mail = doors.federation;
  mail.handle('friend_request', { from: 'anyone', apply: (tx, batch) => handlers.asked(tx, batch) });
  mail.handle('friend_response', { from: 'anyone', apply: (tx, batch) => handlers.answered(tx, batch) });
  mail.handle('connection_end', { from: 'anyone', apply: (tx, batch) => handlers.ended(tx, batch) });
  mail.handle('activity_update', {
    from: 'contacts',
    apply: async (tx, batch) => void (await profiles.applyUpdates(tx, batch)),
  });
  mail.answer('profile_get', async ({ from }) => {
    const actor = { kind: 'node', node_id: from } as const;
    await doors.access.require({ actor, action: 'read', resource: { kind: 'profile' } });
    return profiles.answer();
  });
}
