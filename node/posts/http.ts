// Binds posts' contract to its services.
// Decides nothing: the service and the reading do.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import type { Exchange, Receive, Send } from '#node/media/index.ts';
import { fromBase64Url } from '#protocol';
import * as api from './api.ts';
import { failures } from './model.ts';
import type { Reading } from './reading.ts';
import type { Posts } from './service.ts';

export interface PostsHttp {
  readonly posts: Posts;
  readonly reading: Reading;
  readonly media: Pick<Exchange, 'fetch'> & { readonly send: Send; readonly receive: Receive };
}

export function postRoutes({ posts, reading, media }: PostsHttp): BoundRoute[] {
  return [
    bind(api.createPost, ({ body }, { actor, settle }) =>
      posts.create(
        { text: body.text, visibility: body.visibility, media: body.media, replyTo: body.reply_to },
        actor,
        settle,
      ),
    ),
    bind(api.uploadFile, ({ query }, { request }) => media.receive(request, query)),
    bind(api.readPost, ({ params }) => reading.show(params.id)),
    bind(api.readThread, ({ params }) => reading.thread(params.id)),
    bind(api.editPost, ({ params, body }, { actor, settle }) => posts.edit(params.id, body, actor, settle)),
    bind(api.deletePost, ({ params }, { actor, settle }) => posts.remove(params.id, actor, settle)),
    bind(api.react, ({ params, body }, { actor }) => posts.react(params.id, body.value, actor)),
    bind(api.readFeed, ({ query }) => reading.feed(query)),
    bind(api.readPostMedia, async ({ params, query }, context) => {
      const { item, author, uri } = await reading.file(params.id, params.index);
      const wanted = query.size === 'full' ? item : item.thumbnail;
      if (wanted === undefined) throw failures.notFound();
      await media.fetch(author, uri, wanted);
      const { cid, size, type } = wanted;
      await media.send({ cid, size, type, key: fromBase64Url(wanted.key, 32), name: item.name }, context);
    }),
  ];
}
