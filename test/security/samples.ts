// A request that fits a route's contract, made from the contract: what is refused is then refused by a rule.
import type { RouteContract } from '#kernel/http/contract.ts';
import { z } from 'zod';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** As fetch takes it, with a body of text. */
export interface SampleInit {
  method: string;
  headers?: Record<string, string>;
  body?: string;
}

export const MADE_UP_ID = '01890000-0000-7000-8000-000000000000';

/** The smallest value that a schema takes. */
function sampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] ?? {});
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((key) => [key, sampleOf(schema.properties?.[key] ?? {})]),
      );
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}));
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    default:
      if (schema.format === 'uuid') return MADE_UP_ID;
      if (schema.pattern?.startsWith('^\\/') === true) return '/tmp';
      return 'x'.repeat(Math.max(1, schema.minLength ?? 1));
  }
}

const schemaOf = (type: z.ZodType): Schema =>
  z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Schema;

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : 'x';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A request that the contract takes; path parameters as given win over made-up ones. */
export function sampleRequest(
  contract: RouteContract,
  params: Readonly<Record<string, string>> = {},
): { readonly path: string; readonly init: SampleInit } {
  const { method, rawBody } = contract;
  const made = contract.params === undefined ? {} : sampleOf(schemaOf(contract.params));
  const named = { ...(isRecord(made) ? made : {}), ...params };
  const asked = contract.query === undefined ? {} : sampleOf(schemaOf(contract.query));
  const query = new URLSearchParams(
    Object.entries(isRecord(asked) ? asked : {}).map(([key, value]) => [key, text(value)]),
  ).toString();
  const path = contract.path.replaceAll(/:(\w+)/g, (_match, key: string) =>
    encodeURIComponent(text(named[key])),
  );
  const init: SampleInit = { method };
  if (rawBody !== undefined) {
    init.headers = { 'content-type': rawBody.contentType };
    init.body = 'x';
  } else if (contract.body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(sampleOf(schemaOf(contract.body)));
  }
  return { path: query === '' ? path : `${path}?${query}`, init };
}
