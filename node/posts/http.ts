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
    bind(api.createPost, ({ body }, { actor }) =>
      posts.create(
        { text: body.text, visibility: body.visibility, media: body.media, replyTo: body.reply_to },
        actor,
      ),
    ),
    bind(api.uploadFile, ({ query }, { request }) => media.receive(request, query)),
    bind(api.readPost, ({ params }) => reading.show(params.id)),
    bind(api.readThread, ({ params }) => reading.thread(params.id)),
    bind(api.editPost, ({ params, body }, { actor }) => posts.edit(params.id, body, actor)),
    bind(api.deletePost, ({ params }, { actor }) => posts.remove(params.id, actor)),
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
