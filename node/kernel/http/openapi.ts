// The OpenAPI 3.1 document, made from the same contracts that the server mounts: it cannot drift from them.
// It describes only what is mounted; raw routes speak ORF and are specified in docs/protocol.md.
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { RouteContract } from './contract.ts';
import { problemSchema } from './problem.ts';

/** The document of a list of contracts. */
export function openApiDocument(options: {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly contracts: readonly RouteContract[];
}): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const contract of options.contracts) {
    const path = contract.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [contract.method.toLowerCase()]: operation(contract) };
  }
  const { title, version, description } = options;
  return createDocument({ openapi: '3.1.0', info: { title, version, description }, paths });
}

function operation(contract: RouteContract): ZodOpenApiOperationObject {
  const { params, query, body, rawBody } = contract;
  return {
    operationId: contract.id,
    // The part before the dot is the area: the reader groups by it.
    tags: [contract.id.slice(0, contract.id.indexOf('.'))],
    summary: contract.summary,
    ...(contract.audience === 'owner' ? { description: 'Needs a session.' } : {}),
    requestParams: {
      ...(params instanceof z.ZodObject ? { path: params } : {}),
      ...(query instanceof z.ZodObject ? { query } : {}),
    },
    ...(body === undefined ? {} : { requestBody: { content: { 'application/json': { schema: body } } } }),
    ...(rawBody === undefined
      ? {}
      : {
          requestBody: {
            content: { [rawBody.contentType]: { schema: z.string().meta({ format: 'binary' }) } },
          },
        }),
    responses: {
      [String(contract.status ?? 200)]: {
        description: 'Done',
        ...(contract.output === undefined
          ? {}
          : { content: { 'application/json': { schema: contract.output } } }),
      },
      default: {
        description: 'Refused; nothing was changed',
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    },
  };
}
