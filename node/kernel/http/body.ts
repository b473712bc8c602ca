// Request bodies, read whole into memory within a limit of bytes and of time.
// Compressed bodies are refused: their size is only known once they are unpacked.
import { AppError } from '#protocol/errors.ts';
import type { IncomingMessage } from 'node:http';
import type { RouteContract } from './contract.ts';
import * as limits from './limits.ts';

/** Reads a JSON body up to its limit. @throws http/unsupported-media, http/unsupported-encoding, http/too-large, http/invalid */
export async function readJson(contract: RouteContract, request: IncomingMessage): Promise<unknown> {
  if (contract.body === undefined) return undefined;
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new AppError({
      category: 'invalid',
      code: 'http/unsupported-media',
      safe: 'The body must be application/json.',
    });
  }
  const bytes = await readBytes(request, contract.bodyBytesMax ?? limits.JSON_BODY_BYTES_MAX);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new AppError({
      category: 'invalid',
      code: 'http/invalid',
      safe: 'The body is not JSON.',
      cause: error,
    });
  }
}

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
