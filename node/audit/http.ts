// Binds the audit trail's routes.
// Decides nothing: access has decided before a handler runs.
import { toHex } from '#protocol';
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import * as api from './api.ts';
import type { ChainedEntry } from './model.ts';
import type { Audit } from './service.ts';

export function auditRoutes(audit: Audit): BoundRoute[] {
  return [
    bind(api.listAuditRoute, async ({ query }, { signal }) => {
      const { limit, after, cursor } = query;
      if (after !== undefined) {
        const waitMs = query.wait_s * 1_000;
        const items = (await audit.after(after, { limit, waitMs, signal })).map(toView);
        return { items, next_cursor: items.at(-1)?.seq ?? after };
      }
      const items = (await audit.before(cursor ?? Number.MAX_SAFE_INTEGER, limit)).map(toView);
      return { items, next_cursor: items.length < limit ? null : (items.at(-1)?.seq ?? null) };
    }),
    bind(api.verifyAuditRoute, async () => {
      const { ok, entries, brokenAt, head } = await audit.verify();
      return { ok, entries, broken_at: brokenAt, head };
    }),
  ];
}

function toView(entry: ChainedEntry): api.EntryView {
  const { seq, at, type, subject, actor, detail, hash } = entry;
  return {
    seq,
    at,
    type,
    subject,
    actor,
    hash: toHex(hash),
    detail: JSON.parse(detail) as Record<string, unknown>,
  };
}
