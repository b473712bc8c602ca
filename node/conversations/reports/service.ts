// Complaints that the owner keeps, about a person or about what an address names. Nobody is told of them.
// They stay on this node and leave it in exports only.
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Settle } from '#kernel/http/once.ts';
import { isUri, newMessageId, parseUri } from '#protocol';
import { cleanText } from '#protocol/messages';
import { REASON_CHARS_MAX, type Report } from '../model.ts';
import { peerNamed } from '../naming.ts';
import type { ConversationsHost } from '../ports.ts';
import type { Page } from '../reading.ts';
import * as store from './store.ts';

export interface Reports {
  /** Stores a complaint about a person, or about what an address names. */
  report(what: { about: string; reason: string }, actor: Actor, settle?: Settle<Report>): Promise<Report>;
  /** Oldest first. */
  reports(query: { limit: number; cursor?: string | undefined }): Promise<Page<Report>>;
}

export function createReports(host: ConversationsHost): Reports {
  const { db, events } = host;
  return {
    async report({ about, reason }, actor, settle) {
      const nodeId = isUri(about) ? parseUri(about).nodeId : await peerNamed(host, about);
      const at = host.clock.now();
      const id = newMessageId(at, host.random.bytes(10));
      const report = {
        id,
        nodeId,
        at,
        about: isUri(about) ? about : nodeId,
        reason: cleanText(reason, REASON_CHARS_MAX),
      };
      await db.write(async (tx) => {
        await store.insertReport(tx, report);
        await events.append(tx, [
          { type: 'conversations.reported', subject: report.about, actor: actorToString(actor) },
        ]);
        await settle?.(tx, report);
      });
      return report;
    },

    async reports({ limit, cursor }) {
      const items = await store.listReports(db.read, { after: cursor ?? '', limit });
      const last = items.length === limit ? items.at(-1) : undefined;
      return { items, next_cursor: last?.id ?? null };
    },
  };
}
