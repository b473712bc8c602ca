// What the node says of the place where it was opened, before anybody signs in: whose it is, whether it has its owner,
// and what cannot work over this connection. Read once a page; the sign-in, the first run and the trust page show it.
import type * as welcome from '#node/identity/welcome/api.ts';
import { read } from '../api/queries.ts';
import { route, type OutputOf } from '../api/route.ts';

const readContext = route<typeof welcome.contextRoute>('GET', '/api/v1/context');

export type NodeContext = OutputOf<typeof readContext>;

/** `useQuery(nodeContext)`. */
export const nodeContext = { ...read(readContext, {}), staleTime: 300_000 };
