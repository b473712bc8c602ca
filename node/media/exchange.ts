// Sealed files between nodes: who asks for a ticket is judged by the rules of what the file belongs to, and what is
// fetched is kept only if it is what was asked for.
import type { AccessRequest, Decision } from '#kernel/actor.ts';
import type { NetworkStream } from '#kernel/network.ts';
import type { Vault } from '#node/vault/index.ts';
import { AppError, parseUri, type Cid, type Json, type NodeId, type Uri } from '#protocol';
import { z } from 'zod';
import { FILE_BYTES_MAX } from '#protocol/limits.ts';
import type { MediaFile, SealedFile } from './model.ts';

const TICKET_CHARS_MAX = 8_192;
const ticketAnswer = z.object({ ticket: z.string().min(1).max(TICKET_CHARS_MAX) });

export interface ExchangeHost {
  readonly blobs: Vault['blobs'];
  readonly filesOf: (owner: string) => Promise<MediaFile[]>;
  readonly decide: (request: AccessRequest) => Promise<Decision>;
  readonly issueTicket: (ticket: { bearer: NodeId; cid: Cid; uri: Uri }) => string;
  readonly askTicket: (from: NodeId, payload: { cid: Cid; uri: Uri }) => Promise<Json>;
  readonly fetchBlob: (from: NodeId, cid: Cid, ticket: string) => Promise<NetworkStream>;
}

export interface Exchange {
  /** Whether a node may have this file of this object now: asked for a ticket, and again when the ticket is used. */
  mayHave(wanted: { readonly bearer: NodeId; readonly cid: Cid; readonly uri: Uri }): Promise<boolean>;
  /** Answers `blob_ticket`. @throws access/not-found, the same for what is not there and what may not be read */
  answer(from: NodeId, payload: { readonly cid: Cid; readonly uri: Uri }): Promise<Json>;
  /** Brings the sealed bytes of somebody's file here, if they are not. @throws what the other node or the network says */
  fetch(from: NodeId, uri: Uri, file: Pick<SealedFile, 'cid'>): Promise<void>;
}

export function createExchange(host: ExchangeHost): Exchange {
  const running = new Map<string, Promise<void>>();

  const fetchNow = async (from: NodeId, uri: Uri, cid: Cid): Promise<void> => {
    const { ticket } = ticketAnswer.parse(await host.askTicket(from, { cid, uri }));
    const { body } = await host.fetchBlob(from, cid, ticket);
    try {
      await host.blobs.store(body, cid, { kind: 'cache', bytesMax: FILE_BYTES_MAX });
    } finally {
      body.destroy();
    }
  };

  const mayHave: Exchange['mayHave'] = async ({ bearer, cid, uri }) => {
    const actor = { kind: 'node', node_id: bearer } as const;
    const resource = { kind: parseUri(uri).kind, id: uri };
    const { allow } = await host.decide({ actor, action: 'read', resource });
    const files = allow ? await host.filesOf(uri) : [];
    return files.some((file) => [file.cid, file.thumbnail?.cid, file.view?.cid].includes(cid));
  };

  return {
    mayHave,

    async answer(from, { cid, uri }) {
      if (!(await mayHave({ bearer: from, cid, uri }))) {
        throw new AppError({
          category: 'not-found',
          code: 'access/not-found',
          safe: 'There is nothing at this address for you.',
        });
      }
      return { ticket: host.issueTicket({ bearer: from, cid, uri }) };
    },

    async fetch(from, uri, file) {
      if ((await host.blobs.stat(file.cid)) !== undefined) return;
      // One fetch of the same content, however many ask.
      const work = running.get(file.cid) ?? fetchNow(from, uri, file.cid as Cid);
      running.set(file.cid, work);
      try {
        await work;
      } finally {
        running.delete(file.cid);
      }
    },
  };
}
