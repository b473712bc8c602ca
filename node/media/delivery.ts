// Writes a sealed file as an HTTP answer: shown in place only where that is harmless, otherwise a download;
// never sniffed, always sandboxed, one range at most (docs/security.md U3, U6).
import type { RequestContext } from '#kernel/http/contract.ts';
import type { Vault } from '#node/vault/index.ts';
import { pipeline } from 'node:stream/promises';
import { isShown, parseRange, type SealedFile } from './model.ts';

/** Streams the file's plaintext. @throws http/range, vault/not-found, vault/damaged (before the first byte) */
export async function sendFile(
  blobs: Vault['blobs'],
  file: SealedFile & { readonly name?: string | null | undefined },
  { request, response }: RequestContext,
): Promise<void> {
  const range = parseRange(request.headers.range, file.size);
  const body = await blobs.open(file.cid, file.key, range);
  const inline = isShown(file.type);
  const name = encodeURIComponent(file.name ?? 'file').replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  response.writeHead(range === undefined ? 200 : 206, {
    'content-type': inline ? file.type : 'application/octet-stream',
    'content-length': range === undefined ? file.size : range.end - range.start + 1,
    ...(range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${file.size}` }),
    'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
  });
  await pipeline(body, response);
}
