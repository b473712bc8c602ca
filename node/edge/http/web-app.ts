// Serves the web app from web/dist: files as they were built, compressed beforehand, hashed ones kept for ever; and the
// shell for every navigation that nothing else answers. Refuses names outside of the list made at start (no path of a
// request reaches the disk), and never answers for the API, the protocol or health. Without web/dist there is no app.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream';

export interface WebApp {
  /** Answers what belongs to the app; false where the request is not for it. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** The shell, for a navigation. */
  sendShell(request: IncomingMessage, response: ServerResponse): void;
}

interface Asset {
  readonly file: string;
  readonly type: string;
  readonly etag: string;
  readonly cache: string;
  readonly encodings: ReadonlySet<string>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

const HASHED_CACHE = 'public, max-age=31536000, immutable';
/** Asked again each time, and answered with 304: a new version must reach whoever opens the page. */
const NAMED_CACHE = 'no-cache';
/** What is answered by others, or not at all. */
const NOT_THE_APPS = /^\/(?:api|orf|health|assets|\.well-known)(?:\/|$)/;

/** Stricter than the server's own policy: the app needs no data: URL, no form target, and names its one script policy. */
const documentHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types ored',
  ].join('; '),
  'permissions-policy':
    'camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), interest-cohort=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The app of a folder that `npm run build:web` made; undefined where there is none. */
export function openWebApp(folder: string): WebApp | undefined {
  if (!existsSync(join(folder, 'index.html'))) return undefined;
  const assets = readAssets(folder);
  const shell = assets.get('/index.html');
  if (shell === undefined) return undefined;
  assets.delete('/index.html');
  const sendShell = (request: IncomingMessage, response: ServerResponse): void => {
    for (const [name, value] of Object.entries(documentHeaders)) response.setHeader(name, value);
    send(shell, request, response);
  };
  return {
    sendShell,
    answer(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false;
      const [path = '/'] = (request.url ?? '/').split('?');
      const asset = assets.get(path);
      if (asset !== undefined) send(asset, request, response);
      else if (isNavigation(request) && !NOT_THE_APPS.test(path)) sendShell(request, response);
      else return false;
      return true;
    },
  };
}

function readAssets(folder: string): Map<string, Asset> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const all = new Set(paths);
  const assets = new Map<string, Asset>();
  for (const file of paths) {
    const type = types[extname(file)];
    // What has no type here (the list of the build, what is compressed) is not served by its name.
    if (type === undefined) continue;
    const path = file.slice(folder.length);
    assets.set(path, {
      file,
      type,
      etag: createHash('sha256').update(readFileSync(file)).digest('base64url').slice(0, 22),
      cache: path.startsWith('/assets/') ? HASHED_CACHE : NAMED_CACHE,
      encodings: new Set(['br', 'gz'].filter((end) => all.has(`${file}.${end}`))),
    });
  }
  return assets;
}

/** A person opens a page: browsers say so; older ones ask for HTML. */
function isNavigation({ headers }: IncomingMessage): boolean {
  const mode = headers['sec-fetch-mode'];
  return mode === undefined ? (headers.accept ?? '').includes('text/html') : mode === 'navigate';
}

function send(asset: Asset, request: IncomingMessage, response: ServerResponse): void {
  const encoding = encodingFor(asset, request.headers['accept-encoding'] ?? '');
  const etag = `"${asset.etag}${encoding === undefined ? '' : `-${encoding.end}`}"`;
  response.setHeader('etag', etag);
  response.setHeader('cache-control', asset.cache);
  response.setHeader('vary', 'accept-encoding');
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    'content-type': asset.type,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding.name }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const file = encoding === undefined ? asset.file : `${asset.file}.${encoding.end}`;
  pipeline(createReadStream(file), response, (error) => {
    // The client left, or a file of the release is gone: either way half an answer must not pass for a whole one.
    if (error) response.destroy();
  });
}

const encodings = [
  { end: 'br', name: 'br', wanted: /\bbr\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/ },
  { end: 'gz', name: 'gzip', wanted: /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/ },
] as const;

function encodingFor(asset: Asset, accepted: string): (typeof encodings)[number] | undefined {
  return encodings.find(({ end, wanted }) => asset.encodings.has(end) && wanted.test(accepted));
}
