// The one place where an error becomes an HTTP answer: RFC 9457 problem details.
// Only an AppError's safe sentence leaves; anything else is a 500 without detail, and is logged whole.
import { diskFull, isDiskFull } from '../disk-full.ts';
import { sentenceIn } from '../sentence.ts';
import { AppError, type ErrorCategory, type Text } from '#protocol/errors.ts';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { LINGER_MS_MAX } from './limits.ts';

const statusByCategory: Record<ErrorCategory, number> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  limit: 429,
  unavailable: 503,
  internal: 500,
};

/** Codes whose status is finer than their category's. */
const statusByCode: Readonly<Record<string, number>> = {
  'http/method': 405,
  'http/not-acceptable': 406,
  'http/too-slow': 408,
  'http/too-large': 413,
  'envelope/too-large': 413,
  'batch/too-large': 413,
  'record/too-large': 413,
  // Waiting makes it no smaller.
  'batch/too-many': 422,
  'vault/too-large': 413,
  'vault/quota': 413,
  'http/unsupported-media': 415,
  'http/unsupported-encoding': 415,
  'http/range': 416,
  'http/host': 421,
  'identity/closed': 410,
  'envelope/misdirected': 421,
  'http/unprocessable': 422,
  'request/stale': 422,
  'ticket/expired': 422,
  'network/forbidden-address': 422,
  'db/disk-full': 507,
};

/** RFC 9457, plus our stable code. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
});
export type Problem = z.output<typeof problemSchema>;

export function statusOf(error: AppError): number {
  const byCode = statusByCode[error.code];
  if (byCode !== undefined) return byCode;
  // Names an area gives to what is well-formed but cannot be: 422 without a line here.
  return error.category === 'invalid' && error.code.endsWith('-unprocessable')
    ? 422
    : statusByCategory[error.category];
}

/** The body of an error's answer in one language. */
export function problemOf(error: unknown, language: keyof Text): Problem {
  const known = error instanceof AppError ? error : unexpected(error);
  const status = statusOf(known);
  return {
    type: `urn:ored:error:${known.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: sentenceIn(known.safe, language),
    code: known.code,
  };
}

/** Writes the answer unless one has begun already, in which case the connection is cut so that nobody takes half for whole. */
export function sendProblem(response: ServerResponse, error: unknown, language: keyof Text = 'en'): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  cutUnlessComplete(response.req);
  const problem = problemOf(error, language);
  const retryAfterS = error instanceof AppError ? error.retryAfterS : undefined;
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    // What is still to come of a slow body would hold the connection.
    ...(problem.status === 408 ? { connection: 'close' } : {}),
    ...(retryAfterS === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterS)) }),
  });
  response.end(JSON.stringify(problem));
}

/** A refusal does not oblige anybody to swallow the rest of an endless body. */
function cutUnlessComplete(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const cut = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, LINGER_MS_MAX);
  cut.unref();
  request.once('close', () => clearTimeout(cut));
}

/** What a caller is told of an error that no area has foreseen; a full disk is named, whichever file met it. */
export function unexpected(error: unknown): AppError {
  if (isDiskFull(error)) return diskFull(error);
  return new AppError({
    category: 'internal',
    code: 'http/internal',
    safe: {
      en: 'The node met an error that it did not expect. Nothing you sent was half stored. Its log has the details.',
      fr: 'Le nœud a rencontré une erreur imprévue. Rien n’a été enregistré à moitié. Le détail est dans son journal.',
    },
    cause: error,
  });
}
