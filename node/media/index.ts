// Media: what the owner uploads. Pictures are drawn anew in a worker, everything is sealed in the vault.
// Serves the owner’s uploads, and brings other people’s files here; needs the vault, access and federation.
import { defineFeature } from '#kernel/feature.ts';
import type { RequestContext } from '#kernel/http/contract.ts';
import { access } from '#node/access/index.ts';
import { federation } from '#node/federation/index.ts';
import { vault } from '#node/vault/index.ts';
import type { IncomingMessage } from 'node:http';
import { sendFile } from './delivery.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { mediaRoutes, receiveUpload, uploadRoutes } from './http.ts';
import { createImages } from './images.ts';
import { migrations } from './migrations/index.ts';
import { createMedia, type Media, type MediaDoor } from './service.ts';
import { createUploads, type UploadedSource } from './uploads.ts';

export type { Exchange } from './exchange.ts';
export { isShown, type MediaFile, type SealedFile } from './model.ts';
export type { MediaDoor } from './service.ts';

/** Writes a file as an HTTP answer. */
export type Send = (file: Parameters<typeof sendFile>[1], context: RequestContext) => Promise<void>;

/** Takes a raw upload in. */
export type Receive = (
  request: IncomingMessage,
  about: Parameters<typeof receiveUpload>[2],
) => ReturnType<typeof receiveUpload>;

interface FileDoor {
  readonly send: Send;
  readonly receive: Receive;
  /** A whole archive that came in parts. @throws media/upload-not-found, media/upload-unfinished */
  openUpload(id: string): Promise<UploadedSource>;
  /** Forgets an upload that came in parts. */
  dropUpload(id: string): Promise<void>;
}

/** How often uploads that nothing refers to are looked for. */
const TIDY_MS = 3_600_000;

export const media = defineFeature({
  name: 'media',
  needs: { vault, access, federation },
  migrations,
  start(host, doors) {
    const images = createImages(host.clock);
    const service = createMedia(host, { vault: doors.vault, images });
    const uploads = createUploads(host, { vault: doors.vault, media: service });
    doors.access.register('media', {
      decide: () => ({ allow: false, why: 'uploads are read by others through what they are attached to' }),
    });
    host.jobs.register({
      name: 'media/tidy',
      firstAfterMs: TIDY_MS,
      run: async () => {
        await service.tidy();
        await uploads.tidy();
        return TIDY_MS;
      },
    });
    const exchange = createExchange({
      blobs: doors.vault.blobs,
      filesOf: (owner) => service.filesOf(owner),
      decide: (request) => doors.access.decide(request),
      issueTicket: (ticket) => doors.federation.issueTicket(ticket),
      askTicket: (from, payload) => doors.federation.ask(from, 'blob_ticket', payload),
      fetchBlob: (from, cid, ticket) => doors.federation.fetchBlob(from, cid, ticket),
    });
    doors.federation.answer('blob_ticket', ({ from, payload }) => exchange.answer(from, payload));
    doors.federation.guardBlobs((wanted) => exchange.mayHave(wanted));
    const { blobs } = doors.vault;
    const door: MediaDoor & Pick<Media, 'take'> & Pick<Exchange, 'fetch'> & FileDoor = {
      ...service,
      openUpload: (id) => uploads.open(id),
      dropUpload: (id) => uploads.forget(id),
      fetch: (from, uri, file) => exchange.fetch(from, uri, file),
      send: (file, context) => sendFile(blobs, file, context),
      receive: (request, about) => receiveUpload(service, request, about),
    };
    return {
      door,
      routes: [...mediaRoutes(service, blobs), ...uploadRoutes(uploads)],
      dispose: async () => images[Symbol.asyncDispose](),
    };
  },
});
