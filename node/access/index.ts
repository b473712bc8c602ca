// The door of access: one place where every question "may they?" is answered, denied by default.
import { defineFeature } from '#kernel/feature.ts';
import { identity, publicActions } from '#node/identity/index.ts';
import { createDenials } from './denials.ts';
import { publicRules } from './model.ts';
import { createAccess } from './service.ts';

export { allow, deny, publicRules, type KindRules } from './model.ts';
export type { Access } from './service.ts';

export const access = defineFeature({
  name: 'access',
  needs: { identity },
  migrations: [],
  start(host) {
    const denials = createDenials(host);
    const door = createAccess(denials);
    // Identity starts before access, so that its rules are registered here.
    for (const [kind, actions] of Object.entries(publicActions)) door.register(kind, publicRules(actions));
    return { door, dispose: () => denials.flush() };
  },
});
