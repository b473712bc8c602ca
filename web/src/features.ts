// THE LIST of the app: one line an area. What an area shows, where, and what its events make stale stands in its own
// feature.ts; its screens are loaded when they are opened.
import { invites } from './invites/feature.ts';
import { conversations } from './conversations/feature.ts';
import { node } from './node/feature.ts';
import { notifications } from './notifications/feature.ts';
import { people } from './people/feature.ts';
import { deliveries } from './deliveries/feature.ts';
import { imports } from './import/feature.ts';
import { posts } from './posts/feature.ts';
import { search } from './search/feature.ts';
import { security } from './security/feature.ts';
import { settings } from './settings/feature.ts';
import { trust } from './trust/feature.ts';
import { welcome } from './welcome/feature.ts';
import type { OpenScreen, WebFeature } from './router/feature.ts';

// One line an area, so that adding one is one line of a diff.
// prettier-ignore
export const features: readonly WebFeature[] = [
  posts,
  people,
  notifications,
  invites,
  search,
  conversations,
  node,
  settings,
  security,
  trust,
  welcome,
  deliveries,
  imports,
];

export const screens: readonly OpenScreen[] = features.flatMap((feature) =>
  feature.screens.map((screen) => ({ ...screen, messages: [feature.name, ...(feature.shows ?? [])] })),
);
