// Binds the contract of portability. Only the local socket may name a folder of this machine; leaving asks for a proof.
// Decides nothing else: what runs and what is refused is in service.ts.
import { bind, type BoundRoute, type RequestContext } from '#kernel/http/contract.ts';
import { isoTime } from '#kernel/ports.ts';
import { pipeline } from 'node:stream/promises';
import * as api from './api.ts';
import type { ImportProgress, Imports } from './import/service.ts';
import { failures } from './model.ts';
import type { Portability, Progress } from './service.ts';

export function portabilityRoutes(portability: Portability): BoundRoute[] {
  return [
    bind(api.startExport, async ({ body }, context) => {
      const { actor } = context;
      if (body.folder === undefined) return shown(await portability.startDownload(actor));
      refuseRemote(context);
      return shown(await portability.startExport(body.folder, actor));
    }),
    bind(api.downloadExport, async (_input, { actor, response, signal }) => {
      const { name, bytes, content } = await portability.archive(actor);
      response.writeHead(200, {
        'content-type': 'application/x-tar',
        'content-length': bytes,
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      await pipeline(content, response, { signal });
    }),
    bind(api.removeExport, () => portability.removeDownload()),
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
              downloadable: await portability.isDownload(done),
            };
      return { ...shown(portability.progress()), exported };
    }),
    bind(api.startLeaving, async ({ body }, context) => {
      if (body.folder !== undefined) refuseRemote(context);
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

export function importRoutes(imports: Imports): BoundRoute[] {
  return [
    bind(api.startImport, async ({ body }, context) => {
      if ('upload' in body) return shownImport(await imports.start({ kind: 'upload', where: body.upload }));
      refuseRemote(context);
      return shownImport(await imports.start({ kind: 'file', where: body.file }));
    }),
    bind(api.listImports, async () => ({ items: (await imports.list()).map(shownImport) })),
    bind(api.readImport, async ({ params }) => shownImport(await imports.progress(params.id))),
    bind(api.cancelImport, async ({ params }) => shownImport(await imports.cancel(params.id))),
    bind(api.undoImport, async ({ params }) => shownImport(await imports.undo(params.id))),
  ];
}

function shownImport(progress: ImportProgress): api.ShownImport {
  const { id, state, phase, itemsTotal, counts, skipped, code, problem, createdAt, finishedAt } = progress;
  return {
    id,
    state,
    phase,
    items: { total: itemsTotal, posts: counts.posts, waiting: counts.waiting, failed: counts.failed },
    files: { total: counts.filesTotal, done: counts.filesDone, missing: counts.filesMissing },
    skipped,
    code,
    problem,
    created_at: isoTime(createdAt),
    finished_at: finishedAt === null ? null : isoTime(finishedAt),
  };
}
