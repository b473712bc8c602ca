// Binds the contract of portability. What writes to this machine's disk, and leaving, need the local socket.
// Decides nothing else: what runs and what is refused is in service.ts.
import { bind, type BoundRoute, type RequestContext } from '#kernel/http/contract.ts';
import * as api from './api.ts';
import { failures } from './model.ts';
import type { Portability } from './service.ts';

export function portabilityRoutes(portability: Portability): BoundRoute[] {
  return [
    bind(api.startExport, async ({ body }, context) => {
      refuseRemote(context);
      return Promise.resolve(portability.startExport(body.folder));
    }),
    bind(api.readProgress, () => Promise.resolve(portability.progress())),
    bind(api.startLeaving, async ({ body }, context) => {
      refuseRemote(context);
      return Promise.resolve(portability.startLeaving(body.confirm, context.actor));
    }),
    bind(api.listBlocks, async () => ({ items: await portability.listBlocks() })),
    bind(api.importBlocks, ({ body }, { actor }) =>
      portability.importBlocks(
        body.items.map(({ who, comment }) => (comment === undefined ? { who } : { who, comment })),
        actor,
      ),
    ),
  ];
}

/** A session in a browser far away must not choose paths here. @throws portability/local-only */
function refuseRemote({ address }: RequestContext): void {
  if (address !== '') throw failures.remote();
}
