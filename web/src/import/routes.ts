// Imports of the node, and how far one is.
// Types only come from the node's contract.
import type * as api from '#node/portability/api.ts';
import { route, type OutputOf } from '../api/route.ts';

export const startImport = route<typeof api.startImport>('POST', '/api/v1/imports');
export const listImports = route<typeof api.listImports>('GET', '/api/v1/imports');
export const cancelImport = route<typeof api.cancelImport>('POST', '/api/v1/imports/:id/cancel');
export const undoImport = route<typeof api.undoImport>('POST', '/api/v1/imports/:id/undo');

export type Import = OutputOf<typeof listImports>['items'][number];
