// The routes that the settings' screens call, and the shapes they answer.
// Types only come from the node's contracts.
import type * as sessions from '#node/identity/sessions/api.ts';
import type * as people from '#node/people/api.ts';
import type * as api from '#node/portability/api.ts';
import { route, type OutputOf } from '../api/route.ts';

export const listBlocks = route<typeof api.listBlocks>('GET', '/api/v1/blocks');
export const importBlocks = route<typeof api.importBlocks>('POST', '/api/v1/blocks');
export const startExport = route<typeof api.startExport>('POST', '/api/v1/exports');
export const readProgress = route<typeof api.readProgress>('GET', '/api/v1/exports/current');
export const downloadExport = route<typeof api.downloadExport>('GET', '/api/v1/exports/current/archive');
/** Passes once the person has proven to be the owner: a download cannot ask by itself. */
export const readProof = route<typeof sessions.proofRoute>('GET', '/api/v1/sessions/step-up');
export const removeExport = route<typeof api.removeExport>('DELETE', '/api/v1/exports/current/archive');
export const startLeaving = route<typeof api.startLeaving>('POST', '/api/v1/leave');
export const changeBond = route<typeof people.changeBond>('POST', '/api/v1/connections/:action');
export const readProfile = route<typeof people.readProfile>('GET', '/api/v1/profile');

export type Blocked = OutputOf<typeof listBlocks>['items'][number];
export type Progress = OutputOf<typeof readProgress>;
