// Binds posts' contract to its services.
// Decides nothing: the service and the reading do.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import type { Exchange, Receive, Send } from '#node/media/index.ts';
import { fromBase64Url, type NodeId } from '#protocol';
import type { Visibility } from '#protocol/messages';
import * as api from './api.ts';
import { failures } from './model.ts';
import type { Reading } from './reading.ts';
import type { Posts } from './service.ts';

export interface PostsHttp {
  readonly posts: Posts;
  readonly reading: Reading;
  /** How many people each visibility reaches now. */
  readonly reach: () => Promise<Record<Visibility, number>>;
  readonly nodeOf: (who: string) => Promise<NodeId>;
  readonly media: Pick<Exchange, 'fetch'> & { readonly send: Send; readonly receive: Receive };
}

export function postRoutes({ posts, reading, media, reach, nodeOf }: PostsHttp): BoundRoute[] {
  return [
    bind(api.createPost, ({ body }, { actor, settle }) =>
      posts.create(
        {
          text: body.text,
          warning: body.warning,
          visibility: body.visibility,
          media: body.media,
          replyTo: body.reply_to,
        },
        actor,
        settle,
      ),
    ),
    bind(api.uploadFile, ({ query }, { request }) => media.receive(request, query)),
    bind(api.readPost, ({ params }) => reading.show(params.id)),
    bind(api.readThread, ({ params }) => reading.thread(params.id)),
    bind(api.editPost, ({ params, body }, { actor, settle }) => posts.edit(params.id, body, actor, settle)),
    bind(api.deletePost, ({ params }, { actor, settle }) =>
      posts.remove(params.id, { undoS: 0 }, actor, settle),
    ),
    bind(api.trashPost, ({ params, body }, { actor, settle }) =>
      posts.remove(params.id, { undoS: body.undo_s }, actor, settle),
    ),
    bind(api.restorePost, ({ params }, { actor }) => posts.restore(params.id, actor)),
    bind(api.readHistory, async ({ params }) => ({ items: await reading.history(params.id) })),
    bind(api.listPosts, async ({ query: { author, ...page } }) =>
      reading.postsBy(await nodeOf(author), page),
    ),
    bind(api.readAudience, async () => ({ people: await reach() })),
    bind(api.countNewPosts, async ({ query }) => ({ count: await reading.newer(query.cursor) })),
    bind(api.react, ({ params, body }, { actor }) => posts.react(params.id, body.value, actor)),
    bind(api.readFeed, ({ query }) => reading.feed(query)),
    bind(api.readPostMedia, async ({ params, query }, context) => {
      const { item, author, uri } = await reading.file(params.id, params.index);
      // A picture that is small is its own view.
      const wanted =
        query.size === 'thumbnail' ? item.thumbnail : query.size === 'view' ? (item.view ?? item) : item;
      if (wanted === undefined) throw failures.notFound();
      await media.fetch(author, uri, wanted);
      const { cid, size, type } = wanted;
      await media.send({ cid, size, type, key: fromBase64Url(wanted.key, 32), name: item.name }, context);
    }),
  ];
}
