// The public posts as an Atom feed (RFC 4287). Ids are the posts' own addresses, which stay when the node moves.
// A post without text is titled by its author; the content is the same escaped mark-up as on the page.
import { isoTime } from '#kernel/ports.ts';
import { markup, render, type Html } from './html.ts';
import { excerpt, latestOf, ownerPath, postPath, type PageOwner, type PublicPost } from './model.ts';
import { content, folded } from './page.ts';

/** The feed document. */
export function atomFeed(owner: PageOwner, posts: readonly PublicPost[]): Html {
  const path = `${owner.url}${ownerPath(owner)}`;
  const language = owner.language === null ? '' : markup` xml:lang="${owner.language}"`;
  return markup`<?xml version="1.0" encoding="utf-8"?>
    <feed xmlns="http://www.w3.org/2005/Atom" ${language}>
      <id>orf://${owner.nodeId}/profile/posts</id>
      <title>${owner.displayName}</title>
      <subtitle>${owner.bio}</subtitle>
      <updated>${isoTime(latestOf(posts))}</updated>
      <author><name>${owner.displayName}</name><uri>${path}</uri></author>
      <link rel="self" type="application/atom+xml" href="${path}.atom" />
      <link rel="alternate" type="text/html" href="${path}" />
      <generator>O-Red</generator>
      ${posts.map((post) => entry(owner, post))}
    </feed>`;
}

function entry(owner: PageOwner, post: PublicPost): Html {
  const page = `${owner.url}${postPath(owner, post.id)}`;
  return markup`<entry>
    <id>${post.uri}</id>
    <title>${excerpt(post.warning ?? post.text) || owner.displayName}</title>
    <published>${isoTime(post.createdAt)}</published>
    <updated>${isoTime(post.editedAt ?? post.createdAt)}</updated>
    <link rel="alternate" type="text/html" href="${page}" />
    ${post.media.map(
      ({ type, size }, index) =>
        markup`<link rel="enclosure" type="${type}" length="${size}" href="${page}/media/${index}" /> `,
    )}${post.warning === null ? '' : markup`<summary>${post.warning}</summary>`}<content type="html">${render(folded(post.warning, content(post.text)))}</content>
  </entry> `;
}
