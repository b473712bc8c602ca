// Binds the pages: mark-up with its own strict policy, an ETag and conditional answers; a missing page is a page too.
// Decides nothing; files go out as media sends them, sandboxed.
import { bind, type BoundRoute, type RequestContext } from '#kernel/http/contract.ts';
import type { Send } from '#node/media/index.ts';
import { AppError, fromBase64Url } from '#protocol';
import { createHash } from 'node:crypto';
import * as api from './api.ts';
import { render, type Html } from './html.ts';
import { failures } from './model.ts';
import { missingPage, pagesStyle } from './page.ts';
import type { Pages } from './service.ts';

/** Nothing runs, nothing comes from elsewhere, nothing is sent. */
const POLICY =
  "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HTML = 'text/html; charset=utf-8';

interface Answer {
  readonly type: string;
  readonly body: string;
  readonly cache: string;
}

export interface PagesHttp {
  readonly pages: Pages;
  readonly send: Send;
  /** An upload of the owner as a sealed file, its small form where there is one. */
  readonly portrait: (id: string) => Promise<Parameters<Send>[0] | undefined>;
  readonly username: string;
}

export function pageRoutes({ pages, send, portrait, username }: PagesHttp): BoundRoute[] {
  const routes = api.ownerRoutes(username);
  return [
    bind(api.readSettings, () => pages.settings()),
    bind(api.changeSettings, ({ body }, { actor }) => pages.change(body, actor)),
    bind(api.style, async (_input, context) =>
      answer(context, { type: 'text/css; charset=utf-8', body: pagesStyle, cache: 'no-cache' }),
    ),
    bind(routes.posts, ({ query }, context) =>
      sendPage(context, 'no-cache', () => pages.posts(query.before, context.language)),
    ),
    bind(routes.post, ({ params }, context) =>
      sendPage(context, 'no-cache', () => pages.post(params.id, context.language)),
    ),
    bind(api.invitation, ({ params }, context) =>
      sendPage(context, 'no-store', () => pages.invite(params.secret, context.language)),
    ),
    bind(routes.feed, async (_input, context) => {
      const body = render(await pages.feed());
      answer(context, { type: 'application/atom+xml; charset=utf-8', body, cache: 'no-cache' });
    }),
    bind(routes.media, async ({ params, query }, context) => {
      const file = await pages.file(params.id, params.index);
      const wanted = query.size === 'thumbnail' ? (file.thumbnail ?? file) : file;
      const { cid, size, type, key } = wanted;
      await send({ cid, size, type, key: fromBase64Url(key, 32), name: file.name }, context);
    }),
    bind(routes.portrait, async (_input, context) => {
      const file = await portrait(await pages.portrait());
      if (file === undefined) throw failures.notFound();
      await send(file, context);
    }),
  ];
}

async function sendPage(context: RequestContext, cache: string, make: () => Promise<Html>): Promise<void> {
  try {
    answer(context, { type: HTML, body: render(await make()), cache });
  } catch (error) {
    if (!(error instanceof AppError) || error.category !== 'not-found') throw error;
    const body = render(missingPage(error.safe, context.language));
    answer(context, { type: HTML, body, cache: 'no-store' }, 404);
  }
}

/** Sends a text, or 304 to whoever has it already (RFC 9110 section 13.1.2). */
function answer(
  { request, response, language }: RequestContext,
  { type, body, cache }: Answer,
  status = 200,
): void {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const kept = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  const isKnown = status === 200 && (kept.includes(etag) || kept.includes('*'));
  response.writeHead(isKnown ? 304 : status, {
    etag,
    'cache-control': cache,
    vary: 'accept-language',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    ...(isKnown ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
    ...(type === HTML ? { 'content-language': language } : {}),
  });
  response.end(isKnown || request.method === 'HEAD' ? undefined : body);
}
