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
import { mediaRoutes, receiveUpload } from './http.ts';
import { createImages } from './images.ts';
import { migrations } from './migrations/index.ts';
import { createMedia, type MediaDoor } from './service.ts';

export type { Exchange } from './exchange.ts';
export { isShown, MEDIA_BYTES_MAX, type MediaFile, type SealedFile } from './model.ts';
export type { MediaDoor } from './service.ts';

/** Writes a file as an HTTP answer. */
export type Send = (file: Parameters<typeof sendFile>[1], context: RequestContext) => Promise<void>;

/** Takes a raw upload in. */
export type Receive = (
  request: IncomingMessage,
  about: Parameters<typeof receiveUpload>[2],
) => ReturnType<typeof receiveUpload>;

/** How often uploads that nothing refers to are looked for. */
const TIDY_MS = 3_600_000;

export const media = defineFeature({
  name: 'media',
  needs: { vault, access, federation },
  migrations,
  start(host, doors) {
    const images = createImages(host.clock);
    const service = createMedia(host, { vault: doors.vault, images });
    doors.access.register('media', {
      decide: () => ({ allow: false, why: 'uploads are read by others through what they are attached to' }),
    });
    host.jobs.register({
      name: 'media/tidy',
      firstAfterMs: TIDY_MS,
      run: async () => {
        await service.tidy();
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
    const door: MediaDoor & Pick<Exchange, 'fetch'> & { send: Send; receive: Receive } = {
      ...service,
      fetch: (from, uri, file) => exchange.fetch(from, uri, file),
      send: (file, context) => sendFile(blobs, file, context),
      receive: (request, about) => receiveUpload(service, request, about),
    };
    return {
      door,
      routes: mediaRoutes(service, blobs),
      dispose: async () => images[Symbol.asyncDispose](),
    };
  },
});
