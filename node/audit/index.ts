// The door of audit: the hash-chained trail of everything that happened.
// It offers no way to change or remove an entry.
import { defineFeature } from '#kernel/feature.ts';
import { access, publicRules } from '#node/access/index.ts';
import { auditRoutes } from './http.ts';
import { migrations } from './migrations/index.ts';
import { createAudit } from './service.ts';

export type { Audit, Verification } from './service.ts';

export const audit = defineFeature({
  name: 'audit',
  needs: { access },
  migrations,
  start(host, doors) {
    doors.access.register('audit', publicRules([]));
    const door = createAudit(host);
    return { door, routes: auditRoutes(door) };
  },
});
