// The contract of an HTTP route: one object says its path, who may ask, what goes in and what comes out.
// The server mounts it, the OpenAPI document is made from it, and the CLI and web app call by it.
// Every route names what access must decide: there is no route without a rule.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Actor } from '../actor.ts';
import type { Settle } from './once.ts';
import type { Text } from '#protocol/errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** `public`: anybody may ask (access still decides). `owner`: a session or the local socket. */
export type Audience = 'public' | 'owner';

type Shape = z.ZodType | undefined;
/** Parsed input: what each declared schema yields. */
export interface RouteInput<Params extends Shape, Query extends Shape, Body extends Shape> {
  readonly params: Params extends z.ZodType ? z.output<Params> : Record<string, never>;
  readonly query: Query extends z.ZodType ? z.output<Query> : Record<string, never>;
  readonly body: Body extends z.ZodType ? z.output<Body> : undefined;
}

export interface RouteContract<
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends Shape = Shape,
  Output extends Shape = Shape,
  // Literal where the contract is declared, so that a caller who only has the type cannot misspell them.
  Verb extends Method = Method,
  Path extends string = string,
> {
  /** `area.verb`, unique: `posts.create`. */
  readonly id: string;
  readonly method: Verb;
  /** Express path: `/api/v1/posts/:id`. */
  readonly path: Path;
  readonly summary: string;
  readonly audience: Audience;
  /** What access decides before the handler runs; `idFrom` names the path parameter that is the resource's id. */
  readonly access: { readonly kind: string; readonly action: string; readonly idFrom?: string };
  /** The session must have given its passphrase or a passkey a moment ago, else session/step-up; the local socket need not. */
  readonly stepUp?: boolean;
  readonly params?: Params;
  readonly query?: Query;
  /** A JSON body. */
  readonly body?: Body;
  /** The handler reads the request itself (uploads); excludes `body`. */
  readonly rawBody?: { readonly contentType: string; readonly bytesMax: number };
  /** Absent: the handler writes the response itself (downloads, text). */
  readonly output?: Output;
  readonly status?: 200 | 201 | 202 | 204;
  /** Largest JSON body; default JSON_BODY_BYTES_MAX. */
  readonly bodyBytesMax?: number;
  /** A repetition under the same Idempotency-Key takes no second effect (once.ts). Only for owners, with a JSON answer or none. */
  readonly idempotent?: true;
}

export interface RequestContext {
  readonly actor: Actor;
  /** The address of who asks, behind proxies too (client-address.ts); empty on the local socket. */
  readonly address: string;
  readonly language: keyof Text;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export interface HandlerContext<Answer = unknown> extends RequestContext {
  /** For the use case to call in its transaction: what the same request gets when it is sent again. */
  readonly settle: Settle<Answer>;
}

export interface BoundRoute {
  readonly contract: RouteContract;
  readonly handle: (input: RouteInput<Shape, Shape, Shape>, context: HandlerContext) => Promise<unknown>;
}

export interface RawRoute {
  readonly method: Method;
  /** Exact path, no parameters. */
  readonly path: string;
  /** Named here too, so that the table of routes is complete. */
  readonly access: { readonly kind: string; readonly action: string };
  /** `address`: of who asks, as in RequestContext. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, address: string) => void;
}

/** Declares a route. */
export function defineRoute<
  Params extends Shape = undefined,
  Query extends Shape = undefined,
  Body extends Shape = undefined,
  Output extends Shape = undefined,
  const Verb extends Method = Method,
  const Path extends string = string,
>(
  contract: RouteContract<Params, Query, Body, Output, Verb, Path>,
): RouteContract<Params, Query, Body, Output, Verb, Path> {
  return contract;
}

/** What a caller of a contract gives, before parsing; members that the contract does not declare are left out. */
export type ContractInput<Contract> =
  Contract extends RouteContract<infer Params, infer Query, infer Body, infer _Output>
    ? (Params extends z.ZodType ? { readonly params: z.input<Params> } : object) &
        (Query extends z.ZodType ? { readonly query?: z.input<Query> } : object) &
        (Body extends z.ZodType ? { readonly body: z.input<Body> } : object)
    : never;

/** What a contract answers; undefined where the answer has no JSON. */
export type ContractOutput<Contract> =
  Contract extends RouteContract<infer _Params, infer _Query, infer _Body, infer Output>
    ? Output extends z.ZodType
      ? z.output<Output>
      : undefined
    : never;

/** Binds a handler to a contract; the handler's types follow from the contract's schemas. */
export function bind<Params extends Shape, Query extends Shape, Body extends Shape, Output extends Shape>(
  contract: RouteContract<Params, Query, Body, Output>,
  handle: (
    input: RouteInput<Params, Query, Body>,
    context: HandlerContext<Output extends z.ZodType ? z.input<Output> : null>,
  ) => Promise<Output extends z.ZodType ? z.input<Output> : void>,
): BoundRoute {
  // The server parses with the contract's own schemas before it calls, which is what makes this cast true.
  return { contract, handle };
}
