// Public pages: what anybody sees of this node in a browser. Puts posts, people and media together behind templates.
// Every address is registered with access as readable by anybody; what it shows is decided by the service.
import { defineFeature } from '#kernel/feature.ts';
import { access, deny, publicRules } from '#node/access/index.ts';
import { identity } from '#node/identity/index.ts';
import { media } from '#node/media/index.ts';
import { people } from '#node/people/index.ts';
import { posts } from '#node/posts/index.ts';
import { pageRoutes } from './http.ts';
import { migrations } from './migrations/index.ts';
import { createPages } from './service.ts';

export const pages = defineFeature({
  name: 'pages',
  needs: { identity, access, media, people, posts },
  migrations,
  start(host, doors) {
    const self = () => doors.identity.self();
    const service = createPages({
      db: host.db,
      events: host.events,
      self,
      serverUrl: () => host.serverUrl,
      profile: () => doors.people.profile(),
      posts: doors.posts.publicPosts,
      lookAtInvite: (secret) => doors.people.lookAtInvite(secret),
    });
    doors.access.register('page', publicRules(['read']));
    doors.access.register('page-settings', { decide: () => deny('owner-only') });
    return {
      door: service,
      routes: pageRoutes({
        pages: service,
        send: doors.media.send,
        username: self().username,
        portrait: async (id) => {
          const [picture] = await doors.media.describe([id], `orf://${self().nodeId}/profile/avatar`);
          return picture?.thumbnail ?? picture;
        },
      }),
    };
  },
});
