// The door of access: one place where every question "may they?" is answered, denied by default.
// Areas register their kinds here; the edge asks before each route.
import { defineFeature } from '#kernel/feature.ts';
import { identity, identityClosed, publicActions } from '#node/identity/index.ts';
import { createDenials } from './denials.ts';
import { publicRules } from './rules.ts';
import { createAccess } from './service.ts';

export { allow, deny } from './model.ts';
export { publicRules, type KindRules } from './rules.ts';
export type { RowCondition } from './store.ts';
export type { Access } from './service.ts';

export const access = defineFeature({
  name: 'access',
  needs: { identity },
  migrations: [],
  start(host, doors) {
    const denials = createDenials(host);
    const door = createAccess(denials, () => (doors.identity.closed() ? identityClosed() : undefined));
    // Identity starts before access, so that its rules are registered here.
    for (const [kind, actions] of Object.entries(publicActions)) door.register(kind, publicRules(actions));
    return { door, dispose: () => denials.flush() };
  },
});
