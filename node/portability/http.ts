// Binds the contract of portability. What writes to this machine's disk, and leaving, need the local socket.
// Decides nothing else: what runs and what is refused is in service.ts.
import { bind, type BoundRoute, type RequestContext } from '#kernel/http/contract.ts';
import { isoTime } from '#kernel/ports.ts';
import * as api from './api.ts';
import { failures } from './model.ts';
import type { Portability, Progress } from './service.ts';

export function portabilityRoutes(portability: Portability): BoundRoute[] {
  return [
    bind(api.startExport, async ({ body }, context) => {
      refuseRemote(context);
      return Promise.resolve(shown(portability.startExport(body.folder)));
    }),
    bind(api.readProgress, async () => {
      const done = await portability.exported();
      const exported =
        done === undefined
          ? null
          : {
              folder: done.folder,
              manifest_sha256: done.manifestSha256,
              files: done.files,
              bytes: done.bytes,
              finished_at: isoTime(done.finishedAt),
            };
      return { ...shown(portability.progress()), exported };
    }),
    bind(api.startLeaving, async ({ body }, context) => {
      refuseRemote(context);
      return shown(await portability.startLeaving(body.confirm, body.folder));
    }),
    bind(api.listBlocks, async ({ query: { limit, cursor } }) => {
      const items = await portability.listBlocks({ limit, after: cursor ?? '' });
      return { items, next_cursor: items.length < limit ? null : (items.at(-1)?.node_id ?? null) };
    }),
    bind(api.importBlocks, ({ body }, { actor }) =>
      portability.importBlocks(
        body.items.map(({ who, comment }) => (comment === undefined ? { who } : { who, comment })),
        actor,
      ),
    ),
  ];
}

function shown(progress: Progress): api.ShownProgress {
  return { ...progress, missed: [...progress.missed] };
}

/** A session in a browser far away must not choose paths here. @throws portability/local-only */
function refuseRemote({ address }: RequestContext): void {
  if (address !== '') throw failures.remote();
}
