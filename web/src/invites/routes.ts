// The routes of invitations, and the shapes they answer.
// Types only come from the node's contract.
import type * as api from '#node/people/api.ts';
import { route, type OutputOf } from '../api/route.ts';

export const listInvites = route<typeof api.listInvites>('GET', '/api/v1/invites');
export const createInvite = route<typeof api.createInvite>('POST', '/api/v1/invites');
export const revokeInvite = route<typeof api.revokeInvite>('DELETE', '/api/v1/invites/:id');
export const addFriend = route<typeof api.addFriend>('POST', '/api/v1/connections');

export type Invite = OutputOf<typeof listInvites>['items'][number];
