// Portability: everything that is the owner's as plain files, leaving for good, block lists in and out.
// Reads through the doors of the areas that own the data, and owns none itself.
import { systemActor } from '#kernel/actor.ts';
import { defineFeature, type DoorOf, type Host } from '#kernel/feature.ts';
import { access, deny } from '#node/access/index.ts';
import { conversations } from '#node/conversations/index.ts';
import { discovery } from '#node/discovery/index.ts';
import { federation } from '#node/federation/index.ts';
import { identity } from '#node/identity/index.ts';
import { media } from '#node/media/index.ts';
import { people } from '#node/people/index.ts';
import { posts } from '#node/posts/index.ts';
import { vault } from '#node/vault/index.ts';
import { AppError, type NodeId } from '#protocol';
import { join } from 'node:path';
import { importRoutes, portabilityRoutes } from './http.ts';
import { openFile } from './import/file-source.ts';
import type { ImportHost } from './import/ports.ts';
import { runImport } from './import/runner.ts';
import { createImports, type Imports } from './import/service.ts';
import { migrations } from './migrations/index.ts';
import { createPortability } from './service.ts';
import * as store from './store.ts';
import { exportMedia, exportSections, type ExportDoors } from './sources.ts';

/** A refusal is an answer too: whoever gives it has been told. */
const TOLD = ['accepted', 'refused'];

export const portability = defineFeature({
  name: 'portability',
  needs: { vault, identity, access, discovery, federation, media, people, posts, conversations },
  migrations,
  start(host, doors) {
    const { db, clock, log } = host;
    const { blobs } = doors.vault;
    const from: ExportDoors = { ...doors, muted: () => doors.people.muted(db.read) };
    const named = async (nodeIds: readonly NodeId[]): Promise<{ node_id: string; username: string }[]> => {
      const names = await doors.people.names(nodeIds);
      return nodeIds.map((nodeId) => ({ node_id: nodeId, username: names.get(nodeId)?.username ?? '' }));
    };
    const service = createPortability({
      clock,
      log,
      sources: {
        owner: () => doors.identity.self(),
        sections: exportSections(from),
        media: () => exportMedia(from),
        // Somebody else's file that was never opened here is not here.
        open: async ({ cid, key }) =>
          (await blobs.stat(cid)) === undefined ? undefined : blobs.open(cid, key),
      },
      leaving: {
        // Erasure first: the end of the bond is the last that a node takes from somebody who leaves.
        farewell: async () =>
          new Map([...(await doors.posts.withdrawAll()), ...(await doors.people.farewell())]),
        delivery: async (ids) => {
          const states = await doors.federation.deliveryStates(ids);
          return new Map(
            states.map(({ id, state }) => [
              id,
              TOLD.includes(state) ? 'told' : state === 'relayed' ? 'mailbox' : 'waiting',
            ]),
          );
        },
        abandon: () => doors.federation.abandon(),
        names: (nodeIds) => named(nodeIds),
        closed: () => doors.identity.closed(),
        close: () => doors.identity.close(),
        announceClosed: async () => {
          const known = [
            ...(await doors.people.friends(db.read)),
            ...(await doors.people.followers(db.read)),
          ];
          await doors.federation.showSelf([...new Set(known)]);
          try {
            await doors.discovery.register();
          } catch (error) {
            // The identity is closed whether or not the registry can be told now; its job tries again.
            if (!(error instanceof AppError)) throw error;
            log.warn({ code: error.code }, 'the registry has not been told that this node is closed');
          }
        },
      },
      bonds: {
        block: (who, actor) => doors.people.block(who, actor),
        blocked: async (page) => named(await doors.people.blocked(db.read, page)),
      },
      downloads: join(host.dataDir, 'export'),
      exports: {
        last: () => store.findExport(db.read),
        keep: (done) => db.write((tx) => store.putExport(tx, done)),
      },
    });
    const imports = startImports(host, doors);
    doors.access.register('portability', { decide: () => deny('owner-only') });
    return {
      door: {},
      routes: [...portabilityRoutes(service), ...importRoutes(imports)],
      dispose: async () => service[Symbol.asyncDispose](),
    };
  },
});

/** The work of imports, in a job of its own. */
function startImports(
  host: Host,
  doors: {
    readonly posts: ImportHost['posts'];
    readonly media: ImportHost['media'] & Pick<DoorOf<typeof media>, 'openUpload' | 'dropUpload'>;
    readonly people: Pick<DoorOf<typeof people>, 'profile' | 'changeProfile'>;
  },
): Imports {
  const { db, clock, random, log } = host;
  const { posts: postsDoor, media: mediaDoor } = doors;
  const importing: ImportHost = {
    db,
    clock,
    random,
    log,
    posts: postsDoor,
    media: mediaDoor,
    portrait: {
      current: async () => (await doors.people.profile()).avatar,
      set: async (avatar) => void (await doors.people.changeProfile({ avatar }, systemActor)),
    },
    open: ({ kind, where }) => (kind === 'file' ? openFile(where) : mediaDoor.openUpload(where)),
    drop: async ({ kind, where }) => {
      if (kind === 'upload') await mediaDoor.dropUpload(where);
    },
  };
  const job = host.jobs.register({
    name: 'portability/import',
    firstAfterMs: 0,
    run: (signal) => runImport(importing, signal),
  });
  return createImports(importing, () => job.wake());
}
