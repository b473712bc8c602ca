// Reads a request's body whole, for who needs it whole: bounded in bytes and in time.
// It refuses compressed bodies, which could be any size once unpacked (SECURITY F14).
import { AppError } from '#protocol/errors.ts';
import type { IncomingMessage } from 'node:http';
import * as limits from './limits.ts';

/**
 * Reads a whole body into memory, up to `bytesMax` and `msMax`.
 * @throws http/too-large (also for chunked bodies, as soon as the limit is passed), http/too-slow, http/unsupported-encoding, http/aborted
 */
export async function readBytes(
  request: IncomingMessage,
  bytesMax: number,
  msMax: number = limits.BODY_MS_MAX,
): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new AppError({
      category: 'invalid',
      code: 'http/unsupported-encoding',
      safe: 'Compressed request bodies are not accepted.',
    });
  }
  const tooLarge = (): AppError =>
    new AppError({
      category: 'invalid',
      code: 'http/too-large',
      safe: `The body is over ${bytesMax} bytes.`,
    });
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge();
  // Gone while who asks was being found out: no event of this request comes any more.
  if (request.destroyed) throw endedEarly();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuse = (error: AppError): void => {
      request.removeAllListeners('data');
      request.resume();
      reject(error);
    };
    const timer = setTimeout(() => refuse(tooSlow()), msMax);
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > bytesMax) refuse(tooLarge());
      else chunks.push(chunk);
    });
    request.once('end', () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    request.once('error', reject);
    request.once('close', () => {
      clearTimeout(timer);
      // An error's stack costs more than the body: made only where it is told.
      if (!request.readableEnded) reject(endedEarly());
    });
  });
}

function endedEarly(): AppError {
  return new AppError({ category: 'invalid', code: 'http/aborted', safe: 'The request ended early.' });
}

function tooSlow(): AppError {
  return new AppError({
    category: 'invalid',
    code: 'http/too-slow',
    safe: 'The body did not come in time. Nothing was stored; try again.',
  });
}
