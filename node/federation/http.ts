// Binds federation's routes. The inbox is raw node:http: content type, size and encoding are checked before a byte
// of the body is looked at, then everything is the intake's.
import { bind, type BoundRoute, type RawRoute } from '#kernel/http/contract.ts';
import { sendProblem, statusOf, unexpected } from '#kernel/http/problem.ts';
import { readBytes } from '#kernel/http/body.ts';
import type { Log } from '#kernel/log.ts';
import { AppError, BATCH_BYTES_MAX, ENVELOPE_BYTES_MAX, parseMessageId, utf8 } from '#protocol';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as api from './api.ts';
import { mediaTypes } from './model.ts';
import type { Service } from './service.ts';

const forms = {
  [mediaTypes.envelope]: { form: 'single', bytesMax: ENVELOPE_BYTES_MAX },
  [mediaTypes.batch]: { form: 'batch', bytesMax: BATCH_BYTES_MAX },
} as const;

/** POST /orf/v1/inbox, mounted before express. */
export function inboxRoute(
  service: Service,
  log: Log,
  /** Begins to time a request; the result ends it with its status. */
  time: () => (status: string) => void,
): RawRoute {
  return {
    method: 'POST',
    path: '/orf/v1/inbox',
    access: { kind: 'federation', action: 'inbox' },
    handle: (request, response, address) => {
      const end = time();
      response.once('close', () => end(String(response.statusCode)));
      receive(service, request, { response, address }).catch((error: unknown) => {
        const known = error instanceof AppError ? error : unexpected(error);
        if (statusOf(known) >= 500)
          log.error({ err: known.cause ?? known, code: known.code }, 'the inbox failed');
        // What was not read to its end is not worth reading: the connection ends with the answer.
        if (!request.complete && !response.headersSent) response.setHeader('connection', 'close');
        sendProblem(response, known);
      });
    },
  };
}

async function receive(
  service: Service,
  request: IncomingMessage,
  { response, address }: { readonly response: ServerResponse; readonly address: string },
): Promise<void> {
  service.refuseClosed();
  const { form, bytesMax } = formOf(request);
  const body = await readBytes(request, bytesMax);
  const answer = await service.intake.receive(body, form, address);
  response.writeHead(answer.status, {
    'content-type': mediaTypes.receipt,
    'content-length': answer.receipt.length,
    ...(answer.retryAfterS === undefined ? {} : { 'retry-after': String(answer.retryAfterS) }),
  });
  response.end(answer.receipt);
}

function formOf(request: IncomingMessage): (typeof forms)[keyof typeof forms] {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
  if (Object.hasOwn(forms, type)) return forms[type as keyof typeof forms];
  throw new AppError({
    category: 'invalid',
    code: 'http/unsupported-media',
    safe: `The inbox takes ${mediaTypes.envelope} or ${mediaTypes.batch}.`,
  });
}

/** Routes with a contract. */
export function routes(service: Service): BoundRoute[] {
  return [
    bind(api.introduce, async ({ body }, { address }) => {
      service.refuseClosed();
      return service.introduce({ record: utf8(body.record), log: body.log }, address);
    }),
    bind(api.query, async (_input, { request, response }) => {
      service.refuseClosed();
      if ((request.headers['content-type'] ?? '') !== mediaTypes.envelope) {
        throw new AppError({
          category: 'invalid',
          code: 'http/unsupported-media',
          safe: `A question is ${mediaTypes.envelope}.`,
        });
      }
      const answer = await service.queries.answer(await readBytes(request, ENVELOPE_BYTES_MAX));
      const body = JSON.stringify(answer);
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(body);
    }),
    bind(api.blob, async ({ params }, { request, response }) => {
      service.refuseClosed();
      await service.blobs.serve(params.cid, request, response);
    }),
    bind(api.listOutbox, ({ query }, { language }) => service.items.ledger(query, language)),
    bind(api.cancelOutbox, ({ params }) => service.cancelNow(parseMessageId(params.id))),
    bind(api.retryOutbox, ({ params }) => service.retry(parseMessageId(params.id))),
    bind(api.listDeliveries, ({ query }, { language }) => service.items.list(query, language)),
    bind(api.changeDeliveries, async ({ params: { action }, body }) => ({
      changed: await service.items[action](body.item),
    })),
    bind(api.listPeers, ({ query }) => service.listPeers(query)),
  ];
}
