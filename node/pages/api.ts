// HTTP contract of the public pages, and of the owner's choices for them.
// The addresses hold the owner's name, which is known once the node has an identity: so these are made, not written.
import { defineRoute } from '#kernel/http/contract.ts';
import { POST_MEDIA_MAX } from '#protocol/limits.ts';
import { z } from 'zod';

const access = { kind: 'page', action: 'read' } as const;
const postId = z.object({ id: z.string().max(64) });

export const settingsSchema = z.object({
  /** Off: every public page is a 404. */
  shown: z.boolean(),
  /** On: search engines may index. */
  indexed: z.boolean(),
});

export const readSettings = defineRoute({
  id: 'pages.settings',
  method: 'GET',
  path: '/api/v1/pages',
  summary: 'Whether the public pages are shown, and to search engines too',
  audience: 'owner',
  access: { kind: 'page-settings', action: 'read' },
  output: settingsSchema,
});

export const changeSettings = defineRoute({
  id: 'pages.change-settings',
  method: 'PATCH',
  path: '/api/v1/pages',
  summary: 'Switches the public pages, or their indexing by search engines, on or off',
  audience: 'owner',
  idempotent: true,
  access: { kind: 'page-settings', action: 'update' },
  body: z.strictObject({ shown: z.boolean().optional(), indexed: z.boolean().optional() }),
  output: settingsSchema,
});

export const style = defineRoute({
  id: 'pages.style',
  method: 'GET',
  path: '/pages.css',
  summary: 'The style of the public pages',
  audience: 'public',
  access,
});

export const invitation = defineRoute({
  id: 'pages.invite',
  method: 'GET',
  path: '/i/:secret',
  summary: 'The page behind an invitation link',
  audience: 'public',
  access,
  params: z.object({ secret: z.string().max(64) }),
});

/** The routes under the owner's name. */
export function ownerRoutes(username: string) {
  const root = `/@${username}`;
  return {
    posts: defineRoute({
      id: 'pages.posts',
      method: 'GET',
      path: root,
      summary: 'The owner’s public posts as a page',
      audience: 'public',
      access,
      // Anything else in the query is ignored: links from elsewhere carry all sorts.
      query: z.object({ before: z.uuid().optional() }),
    }),
    post: defineRoute({
      id: 'pages.post',
      method: 'GET',
      path: `${root}/posts/:id`,
      summary: 'One public post as a page',
      audience: 'public',
      access,
      params: postId,
    }),
    media: defineRoute({
      id: 'pages.media',
      method: 'GET',
      path: `${root}/posts/:id/media/:index`,
      summary: 'One file of a public post',
      audience: 'public',
      access,
      params: postId.extend({ index: z.coerce.number().int().min(0).max(POST_MEDIA_MAX) }),
      query: z.object({ size: z.enum(['full', 'thumbnail']).default('full') }),
    }),
    portrait: defineRoute({
      id: 'pages.portrait',
      method: 'GET',
      path: `${root}/portrait`,
      summary: 'The owner’s portrait, small',
      audience: 'public',
      access,
    }),
    feed: defineRoute({
      id: 'pages.feed',
      method: 'GET',
      path: `${root}.atom`,
      summary: 'The owner’s public posts as an Atom feed',
      audience: 'public',
      access,
    }),
  };
}
