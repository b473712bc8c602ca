// Encrypted blobs between nodes: who holds a short-lived signed ticket may fetch ciphertext, with ranges.
// The key of a blob never passes here. Only this node's own tickets count, and only while the right stands. See docs/protocol.md "Delivery".
import type { Network, NetworkStream } from '#kernel/network.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import {
  AppError,
  assertTicketFresh,
  fromBase64Url,
  isCid,
  parseTicket,
  signTicket,
  toBase64Url,
  verifyTicket,
  type Cid,
  type NodeId,
  type Uri,
} from '#protocol';
import { TICKET_BYTES_MAX, TICKET_LIFETIME_MS_MAX } from '#protocol';
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Peers } from './peers.ts';
import type { Directory, Self } from './ports.ts';

/** A fetch of 50 MB over 1 Mbit/s. */
const FETCH_MS_MAX = 600_000;
const AUTHORIZATION = 'ORF-Ticket ';

export interface ByteRange {
  readonly start: number;
  /** Included. */
  readonly end: number;
}

/** Where the ciphertext is: the vault. */
export interface BlobSource {
  sizeOf(cid: Cid): Promise<number | undefined>;
  openCiphertext(cid: Cid, range?: ByteRange): Promise<Readable> | Readable;
}

/** Whether a node may have a file of something, as it stands now. The area that gives tickets out answers. */
export type BlobGuard = (wanted: {
  readonly bearer: NodeId;
  readonly cid: Cid;
  readonly uri: Uri;
}) => Promise<boolean>;

export interface BlobsHost {
  readonly clock: Clock;
  readonly network: Network;
  readonly self: Self;
  readonly peers: Peers;
  readonly directory: Directory;
}

export class Blobs {
  readonly #host: BlobsHost;
  readonly #serving = new Map<NodeId, Set<ServerResponse>>();
  #source: BlobSource | undefined;
  #guard: BlobGuard | undefined;

  constructor(host: BlobsHost) {
    this.#host = host;
  }

  /** Says where ciphertext comes from. */
  from(source: BlobSource): void {
    this.#source = source;
  }

  /** Says who may have what; without a guard nothing is served. */
  guard(guard: BlobGuard): void {
    assert(this.#guard === undefined, 'one area answers for who may have what');
    this.#guard = guard;
  }

  /** A ticket for one blob and one bearer; whoever calls has decided that the bearer may. */
  issue(ticket: { readonly bearer: NodeId; readonly cid: Cid; readonly uri: Uri }): string {
    const { self, clock } = this.#host;
    const now = clock.now();
    return toBase64Url(
      signTicket(
        {
          from: self.nodeId,
          node_id: ticket.bearer,
          cid: ticket.cid,
          uri: ticket.uri,
          issued_at: isoTime(now),
          expires: isoTime(now + TICKET_LIFETIME_MS_MAX),
        },
        self.signingKey(),
      ),
    );
  }

  /** Fetches ciphertext from another node; the caller bounds and verifies what comes. @throws network/*, federation/refused */
  async fetch(from: NodeId, cid: Cid, ticket: string): Promise<NetworkStream> {
    const route = await this.#host.directory.route(from);
    let failure: unknown = refused('unavailable', 'federation/no-address');
    for (const url of route?.serverUrls ?? []) {
      try {
        const stream = await this.#host.network.stream({
          method: 'GET',
          url: `${url}/orf/v1/blobs/${cid}`,
          headers: { authorization: `${AUTHORIZATION}${ticket}` },
          timeoutMs: FETCH_MS_MAX,
        });
        if (stream.status === 200 || stream.status === 206) return stream;
        stream.body.destroy();
        throw refused('forbidden', 'federation/refused');
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** Serves ciphertext to the bearer of a ticket. @throws ticket/*, access/not-found, http/range */
  async serve(cid: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isCid(cid)) throw refused('not-found', 'access/not-found');
    const bearer = await this.#checkTicket(cid, request.headers.authorization);
    const size = await this.#source?.sizeOf(cid);
    if (this.#source === undefined || size === undefined) throw refused('not-found', 'access/not-found');
    const range = parseRange(request.headers.range, size);
    const headers = {
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-length': String(range === undefined ? size : range.end - range.start + 1),
    };
    response.writeHead(
      range === undefined ? 200 : 206,
      range === undefined
        ? headers
        : { ...headers, 'content-range': `bytes ${range.start}-${range.end}/${size}` },
    );
    const serving = this.#serving.get(bearer) ?? new Set();
    this.#serving.set(bearer, serving.add(response));
    try {
      await pipeline(await this.#source.openCiphertext(cid, range), response);
    } finally {
      serving.delete(response);
      if (serving.size === 0) this.#serving.delete(bearer);
    }
  }

  /** Ends what this node is being given. */
  cut(bearer: NodeId): void {
    for (const response of this.#serving.get(bearer) ?? []) response.destroy();
  }

  async #checkTicket(cid: Cid, authorization: string | undefined): Promise<NodeId> {
    const { self, clock, peers } = this.#host;
    if (authorization?.startsWith(AUTHORIZATION) !== true || authorization.length > 2 * TICKET_BYTES_MAX) {
      throw refused('unauthorized', 'ticket/missing');
    }
    const parsed = parseTicket(fromBase64Url(authorization.slice(AUTHORIZATION.length)));
    const { ticket } = parsed;
    if (
      ticket.from !== self.nodeId ||
      ticket.cid !== cid ||
      !(await verifyTicket(parsed, self.signingKey().publicKey))
    ) {
      throw refused('unauthorized', 'ticket/invalid');
    }
    assertTicketFresh(ticket, clock.now());
    await peers.load([ticket.node_id]);
    if (peers.get(ticket.node_id)?.standing === 'blocked') throw refused('forbidden', 'federation/blocked');
    // The right may have ended since the ticket was given: a post was narrowed or deleted, a bond has ended.
    const wanted = { bearer: ticket.node_id, cid, uri: ticket.uri };
    if ((await this.#guard?.(wanted)) !== true) throw refused('not-found', 'access/not-found');
    return ticket.node_id;
  }
}

/** One range of bytes, or undefined for the whole. @throws http/range for anything else */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header);
  const start = Number(match?.[1]);
  const end = match?.[2] === '' ? size - 1 : Math.min(Number(match?.[2]), size - 1);
  if (match === null || start >= size || end < start) {
    throw new AppError({
      category: 'invalid',
      code: 'http/range',
      safe: 'Only one range of existing bytes can be asked for.',
    });
  }
  return { start, end };
}

function refused(category: AppError['category'], code: AppError['code']): AppError {
  return new AppError({
    category,
    code,
    safe: { en: 'This file cannot be fetched.', fr: 'Ce fichier ne peut pas être récupéré.' },
  });
}
