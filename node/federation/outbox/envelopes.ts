// Rows of the outbox as signed envelopes. Every envelope is signed when it goes: same id, seq and payload, a new
// timestamp, the keys and addresses of now. Drafts are sealed first, once; what was sealed never changes.
import type { Database } from '#kernel/db/database.ts';
import type { Clock } from '#kernel/ports.ts';
import {
  canonicalize,
  formatTimestamp,
  fromUtf8,
  signEnvelope,
  type EnvelopeFields,
  type Json,
  type JsonObject,
  type NodeId,
} from '#protocol';
import { DELIVERY_BYTES_MAX } from '../model.ts';
import type { Route, Self } from '../ports.ts';
import * as store from '../store-outbox.ts';

/** Fields of an envelope that are fixed before its payload is sealed. */
export type SealFields = Pick<EnvelopeFields, 'id' | 'type' | 'from' | 'to' | 'seq'>;
/** Makes the payload of a draft. It runs outside any transaction, once: what it returns is kept. */
export type Sealer = (fields: SealFields, draft: Json, to: Route) => Promise<JsonObject>;

export interface Signed {
  readonly row: store.OutboxRow;
  readonly bytes: Uint8Array;
}

export interface EnvelopesHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly self: Self;
  readonly sealerOf: (type: string) => Sealer | undefined;
}

export class Envelopes {
  readonly #host: EnvelopesHost;

  constructor(host: EnvelopesHost) {
    this.#host = host;
  }

  /** Signs as many of the rows as fit one delivery; seals the drafts among them first. */
  async sign(nodeId: NodeId, route: Route, rows: readonly store.OutboxRow[]): Promise<Signed[]> {
    const { self, clock } = this.#host;
    const signed: Signed[] = [];
    let bytesTotal = 0;
    const parties = { from: self.party(route.serverUrls[0]), to: partyOf(nodeId, route) };
    for (const row of rows) {
      const fields = {
        id: row.id,
        type: row.type,
        ...parties,
        seq: row.seq,
        timestamp: formatTimestamp(clock.now()),
      };
      const payload =
        row.payload === null ? await this.#seal(row, fields, route) : parsePayloadText(row.payload);
      const bytes = signEnvelope({ ...fields, payload }, self.signingKey());
      bytesTotal += bytes.length + 1;
      if (bytesTotal > DELIVERY_BYTES_MAX && signed.length > 0) break;
      signed.push({ row, bytes });
    }
    return signed;
  }

  async #seal(row: store.OutboxRow, fields: SealFields, route: Route): Promise<JsonObject> {
    const sealer = this.#host.sealerOf(row.type);
    if (sealer === undefined || row.draft === null) throw new Error(`nothing seals ${row.type}`);
    const payload = await sealer(fields, JSON.parse(row.draft) as Json, route);
    const text = fromUtf8(canonicalize(payload));
    await this.#host.db.write((tx) => store.writePayload(tx, row.row, text));
    return payload;
  }
}

export function partyOf(nodeId: NodeId, route: Route): EnvelopeFields['to'] {
  return { node_id: nodeId, server_url: route.serverUrls[0] ?? '', username: route.username };
}

function parsePayloadText(text: string): JsonObject {
  // It was canonicalised from a checked payload when it was queued.
  return JSON.parse(text) as JsonObject;
}
