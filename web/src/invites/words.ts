// The messages of invitations.
// Loaded with the area's screens.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useInvitesText = textOf<typeof messages>('invites');
