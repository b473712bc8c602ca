// The public pages as mark-up: microformats (h-card, h-feed, h-entry), Open Graph, and nothing that runs.
// Interface words follow the reader's language; what the owner writes keeps its own, with its direction isolated.
import { isoTime } from '#kernel/ports.ts';
import { sentenceIn } from '#kernel/sentence.ts';
import type { Text } from '#protocol/errors.ts';
import type { MediaItem } from '#protocol/messages';
import { splitLinks } from '#protocol/messages/text-links.ts';
import { markup, type Html } from './html.ts';
import { excerpt, ownerPath, postPath, type PageOwner, type PublicPost } from './model.ts';

export type Language = keyof Text;

interface Frame {
  readonly title: string;
  readonly language: Language;
  readonly head?: Html;
  readonly robots: boolean;
  readonly body: Html;
}

/** A page around its content. */
function frame({ title, language, head, robots, body }: Frame): Html {
  return markup`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>${title}</title>
        ${robots ? '' : markup`<meta name="robots" content="noindex, nofollow">`}
        <meta name="referrer" content="no-referrer">
        <link rel="stylesheet" href="/pages.css">
        <link rel="icon" type="image/svg+xml" href="/ring.svg">
        ${head}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `;
}

const say = (language: Language, text: Text): string => sentenceIn(text, language);

/** The owner's public posts, a page of them. */
export function ownerPage(
  owner: PageOwner,
  page: { readonly posts: readonly PublicPost[]; readonly next: string | null },
  { language, indexed }: { readonly language: Language; readonly indexed: boolean },
): Html {
  const path = ownerPath(owner);
  const nothing = { en: 'No public posts yet.', fr: 'Pas encore de publication publique.' };
  const older = { en: 'Older posts', fr: 'Publications plus anciennes' };
  return frame({
    title: `${owner.displayName} (@${owner.username})`,
    language,
    robots: indexed,
    head: markup`<link rel="alternate" type="application/atom+xml" href="${path}.atom" title="${owner.displayName}">
      ${graph({ owner, path, kind: 'profile', title: owner.displayName, about: excerpt(owner.bio), image: owner.hasPortrait ? `${path}/portrait` : null })}`,
    body: markup`${card(owner, language)}
      <section class="h-feed">
        ${page.posts.map((post) => entry(owner, post, language))}
        ${page.posts.length === 0 ? markup`<p>${say(language, nothing)}</p>` : ''}
      </section>
      ${page.next === null ? '' : markup`<p><a rel="next" href="${path}?before=${page.next}">${say(language, older)}</a></p>`}`,
  });
}

/** One public post. */
export function postPage(
  owner: PageOwner,
  post: PublicPost,
  { language, indexed }: { readonly language: Language; readonly indexed: boolean },
): Html {
  const path = postPath(owner, post.id);
  // A preview elsewhere shows nothing of what is folded here.
  const picture = post.warning === null ? post.media.findIndex(({ type }) => type.startsWith('image/')) : -1;
  const title = excerpt(post.warning ?? post.text) || owner.displayName;
  return frame({
    title: `${title} – ${owner.displayName}`,
    language,
    robots: indexed,
    head: markup`<link rel="canonical" href="${owner.url}${path}">
      ${graph({ owner, path, kind: 'article', title: owner.displayName, about: title, image: picture < 0 ? null : `${path}/media/${picture}?size=thumbnail` })}`,
    body: markup`${entry(owner, post, language)}
      <p>
        <a href="${ownerPath(owner)}">${say(language, { en: 'All public posts of', fr: 'Toutes les publications publiques de' })}
          ${owner.displayName}</a>
      </p>`,
  });
}

/** Who invites, how to add them, how to get a node. */
export function invitePage(
  owner: PageOwner,
  invite: { readonly url: string; readonly accept: boolean },
  language: Language,
): Html {
  const title = {
    en: `${owner.displayName} invites you`,
    fr: `${owner.displayName} vous invite`,
  };
  const atOnce = { en: 'You will be friends at once.', fr: 'Vous serez amis aussitôt.' };
  const asked = {
    en: `${owner.displayName} will be asked to accept.`,
    fr: `${owner.displayName} devra accepter.`,
  };
  return frame({
    title: say(language, title),
    language,
    robots: false,
    body: markup`<h1>${say(language, title)}</h1>
      <p>
        ${say(language, {
          en: 'O-Red is a network of personal nodes: what you write stays on your own machine and goes only to those for whom you wrote it.',
          fr: 'O-Red est un réseau de nœuds personnels : ce que vous écrivez reste sur votre propre machine et ne va qu’à ceux pour qui vous l’avez écrit.',
        })}
      </p>
      <h2>${say(language, { en: 'You have a node', fr: 'Vous avez un nœud' })}</h2>
      <p>
        ${say(language, {
          en: 'In “Find people” of your own node, paste this address. Or type, on its machine:',
          fr: 'Dans « Trouver quelqu’un » de votre propre nœud, collez cette adresse. Ou tapez, sur sa machine :',
        })}
      </p>
      <p><code>${invite.url}</code></p>
      <p><code>ored friends add ${invite.url}</code></p>
      <p>${say(language, invite.accept ? atOnce : asked)}</p>
      <h2>${say(language, { en: 'You have none yet', fr: 'Vous n’en avez pas encore' })}</h2>
      <p>
        ${say(language, {
          en: 'With a copy of O-Red, on a machine that stays on (a small one is enough), one command installs yours:',
          fr: 'Avec une copie d’O-Red, sur une machine qui reste allumée (une petite suffit), une commande installe le vôtre :',
        })}
      </p>
      <p><code>./install.sh --username ${say(language, { en: 'yourname', fr: 'votrenom' })}</code></p>
      <p>
        ${say(language, {
          en: 'Then come back to this page: the invitation waits until its last day.',
          fr: 'Puis revenez à cette page : l’invitation attend jusqu’à son dernier jour.',
        })}
      </p>
      <h2>${say(language, { en: 'Who this is', fr: 'Qui est-ce ?' })}</h2>
      <p><bdi>${owner.displayName}</bdi> (@${owner.username})</p>
      <p><code>${owner.nodeId}</code></p>
      <p>
        ${say(language, {
          en: 'Compare this identity with them by another way if it matters to you.',
          fr: 'Comparez cette identité avec cette personne par un autre moyen si cela compte pour vous.',
        })}
      </p>`,
  });
}

/** What stands where nothing is, or is not for everybody. */
export function missingPage(message: Text, language: Language): Html {
  return frame({
    title: 'O-Red',
    language,
    robots: false,
    body: markup`<h1>${say(language, { en: 'Not here', fr: 'Pas ici' })}</h1>
      <p>${say(language, message)}</p>`,
  });
}

function card(owner: PageOwner, language: Language): Html {
  const path = ownerPath(owner);
  const portrait = markup`<img class="u-photo" src="${path}/portrait" alt="" width="96" height="96">`;
  return markup`<header class="h-card" ${langOf(owner)}>
    ${owner.hasPortrait ? portrait : ''}
    <h1>
      <a class="u-url p-name" rel="me" href="${path}"><bdi>${owner.displayName}</bdi></a>
    </h1>
    <p class="p-nickname">@${owner.username}</p>
    <p class="p-note" dir="auto">${owner.bio}</p>
    <p>
      <a href="${path}.atom" rel="alternate" type="application/atom+xml">${say(language, { en: 'Follow in a feed reader', fr: 'Suivre dans un lecteur de flux' })}</a>
    </p>
  </header>`;
}

function entry(owner: PageOwner, post: PublicPost, language: Language): Html {
  const path = postPath(owner, post.id);
  const edited = say(language, { en: 'edited', fr: 'modifié' });
  return markup`<article class="h-entry">
    ${folded(
      post.warning,
      markup`<div class="e-content p-name" dir="auto" ${langOf(owner)}>${content(post.text)}</div>
    ${post.media.map((file, index) => figure(file, `${path}/media/${index}`))}`,
    )}
    <p>
      <a class="u-url" href="${path}">${time('dt-published', post.createdAt, language)}</a>${post.editedAt === null ? '' : markup` · ${edited} ${time('dt-updated', post.editedAt, language)}`}
      <span class="p-author h-card"><a class="u-url p-name" href="${ownerPath(owner)}"><bdi>${owner.displayName}</bdi></a></span>
    </p>
  </article> `;
}

/** What stands behind a warning, where there is one; it opens without a script. */
export function folded(warning: string | null, inside: Html): Html {
  if (warning === null) return inside;
  return markup`<details><summary class="p-summary" dir="auto">${warning}</summary>${inside}</details>`;
}

/** A post's text as paragraphs, with its links; those whose host hides what it is stay text. */
export function content(text: string): Html {
  const paragraphs = text.split(/\n{2,}/).filter((paragraph) => paragraph !== '');
  return markup`${paragraphs.map((paragraph) => markup`<p>${lines(paragraph)}</p>`)}`;
}

function lines(paragraph: string): Html[] {
  return splitLinks(paragraph).map((part) =>
    part.kind === 'link' && part.warnings.length === 0
      ? markup`<a href="${part.href}" rel="nofollow ugc noopener noreferrer">${part.text}</a>`
      : markup`${part.text.split('\n').map((line, index) => (index === 0 ? line : markup`<br>${line}`))}`,
  );
}

function figure(file: MediaItem, path: string): Html {
  const alt = file.alt ?? '';
  if (file.type.startsWith('image/')) {
    const small = file.thumbnail === undefined ? path : `${path}?size=thumbnail`;
    const size =
      file.width === undefined ? '' : markup` width="${file.width}" height="${file.height ?? file.width}"`;
    return markup`<p>
      <a href="${path}"><img class="u-photo" src="${small}" alt="${alt}" loading="lazy" ${size}></a>
    </p>`;
  }
  if (file.type.startsWith('audio/')) {
    return markup`<p><audio class="u-audio" controls preload="none" src="${path}"></audio> ${alt}</p>`;
  }
  if (file.type.startsWith('video/')) {
    return markup`<p><video class="u-video" controls preload="none" src="${path}"></video> ${alt}</p>`;
  }
  return markup`<p>
    <a href="${path}"><bdi>${file.name ?? file.type}</bdi></a> ${alt}
  </p>`;
}

function time(name: string, at: number, language: Language): Html {
  const iso = isoTime(at);
  // The zone of the reader is not known without script: UTC, said so.
  const words = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(at);
  return markup`<time class="${name}" datetime="${iso}">${words} UTC</time>`;
}

function langOf({ language }: PageOwner): Html {
  return language === null ? markup`` : markup`lang="${language}"`;
}

function graph(about: {
  readonly owner: PageOwner;
  readonly path: string;
  readonly kind: 'profile' | 'article';
  readonly title: string;
  readonly about: string;
  readonly image: string | null;
}): Html {
  const { owner, path, kind, title, image } = about;
  return markup`<meta property="og:type" content="${kind}">
    <meta property="og:site_name" content="O-Red">
    <meta property="og:title" content="${title}">
    <meta property="og:description" content="${about.about}">
    <meta property="og:url" content="${owner.url}${path}">
    ${image === null ? '' : markup`<meta property="og:image" content="${owner.url}${image}">`}
    <meta name="description" content="${about.about}">`;
}

export const pagesStyle = `:root { color-scheme: light dark; font: 1.0625rem/1.6 system-ui, sans-serif; }
body { margin: 0 auto; padding: 2.5rem 1.25rem; max-width: 40rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin-block: 0.5rem; }
.p-note { white-space: pre-line; }
article { border-block-start: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding-block: 1rem; }
img, video { max-inline-size: 100%; block-size: auto; border-radius: 4px; }
header img { inline-size: 6rem; block-size: 6rem; object-fit: cover; border-radius: 50%; }
code { overflow-wrap: anywhere; user-select: all; }
a:focus-visible { outline: 3px solid; outline-offset: 2px; }
`;
