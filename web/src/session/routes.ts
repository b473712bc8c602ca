// The routes with which a person proves to be the owner, besides those of passkeys and of the session itself.
// Types only come from the node's contracts.
import type * as sessions from '#node/identity/sessions/api.ts';
import { route } from '../api/route.ts';

export const stepUpRoute = route<typeof sessions.stepUpRoute>('POST', '/api/v1/sessions/step-up');
