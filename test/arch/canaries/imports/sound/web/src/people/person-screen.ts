// Knows a contract by its type, the protocol, and the ground of the app.
import type { answer } from '../../../node/people/api.ts';
import { call } from '../api/call.ts';

export const show = (): typeof answer => call();
