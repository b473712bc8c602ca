// Which events of identity the owner's clients are told of: sessions by id, and that the node itself changed.
// No key and no word of the kit is in an event.
import type { ChangeRules } from '#kernel/changes.ts';

const session = { kind: 'session' } as const;
const node = { kind: 'node' } as const;

export const changes: ChangeRules = {
  'session.ended': session,
  'session.passphrase_changed': session,
  'session.started': session,
  'identity.claimed': node,
  'identity.closed': node,
  'identity.kit_confirmed': node,
  'identity.kit_shown': node,
};
