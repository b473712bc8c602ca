// Frames over HTTPS to another node's routes. Only carries: what an answer is worth is judged by who asked.
// Every request goes through the kernel's hardened client: bounded time, bytes and addresses.
import type { Network, NetworkAnswer } from '#kernel/network.ts';
import { fromUtf8, utf8 } from '#protocol';
import { z } from 'zod';
import { mediaTypes } from '../model.ts';
import type { Transport, WireAnswer } from '../ports.ts';

/** Longest answer to a question: a page of posts with their text. */
const QUERY_ANSWER_BYTES_MAX = 1024 * 1024;
/** A day: what a peer asks for beyond is cut. */
const RETRY_AFTER_S_MAX = 86_400;
const problemSchema = z.object({
  code: z
    .string()
    .max(64)
    .regex(/^[a-z][a-z0-9-]*\/[a-z0-9-]+$/),
});

export function httpTransport(network: Network): Transport {
  return {
    async inbox(url, body, form, signal) {
      const type = form === 'single' ? mediaTypes.envelope : mediaTypes.batch;
      return toWireAnswer(
        await network.request({
          method: 'POST',
          url: `${url}/orf/v1/inbox`,
          headers: { 'content-type': type },
          body,
          signal,
        }),
      );
    },
    async introduce(url, { record, log }) {
      return toWireAnswer(
        await network.request({
          method: 'POST',
          url: `${url}/orf/v1/introduce`,
          headers: { 'content-type': 'application/json' },
          body: utf8(JSON.stringify({ record: fromUtf8(record), log })),
        }),
      );
    },
    async query(url, envelope, timeoutMs) {
      return toWireAnswer(
        await network.request({
          method: 'POST',
          url: `${url}/orf/v1/query`,
          headers: { 'content-type': mediaTypes.envelope },
          body: envelope,
          timeoutMs,
          bytesMax: QUERY_ANSWER_BYTES_MAX,
        }),
      );
    },
  };
}

function toWireAnswer({ status, headers, body }: NetworkAnswer): WireAnswer {
  const seconds = Number(headers['retry-after']);
  const retry = seconds >= 0 ? { retryAfterS: Math.min(seconds, RETRY_AFTER_S_MAX) } : {};
  const type = headers['content-type']?.split(';')[0];
  if (type === mediaTypes.receipt) return { status, receipt: body, body, ...retry };
  if (status < 400) return { status, body, ...retry };
  return { status, code: problemCode(body) ?? `http/status-${status}`, body, ...retry };
}

function problemCode(body: Uint8Array): string | undefined {
  try {
    return problemSchema.parse(JSON.parse(Buffer.from(body).toString('utf8'))).code;
  } catch {
    return undefined; // an answer that is no problem document has only its status to tell
  }
}
