// A route of the node as the browser knows it: method and path, whose spelling the compiler holds against the
// contract in node/*/api.ts. Contracts are imported as types only, so no schema and no zod reaches the bundle.
import type { ContractInput, ContractOutput, Method } from '#kernel/http/contract.ts';

export interface Route<Contract> {
  readonly method: Method;
  readonly path: string;
  /** Only the compiler sees this. */
  readonly contract?: Contract;
}

export type InputOf<R> = R extends Route<infer Contract> ? ContractInput<Contract> : never;
export type OutputOf<R> = R extends Route<infer Contract> ? ContractOutput<Contract> : never;

type MethodOf<Contract> = Contract extends { readonly method: infer M extends Method } ? M : never;
type PathOf<Contract> = Contract extends { readonly path: infer P extends string } ? P : never;

/**
 * A route from its contract's type: `route<typeof api.createPost>('POST', '/api/v1/posts')`.
 * A method or path that is not the contract's does not compile.
 */
export function route<Contract>(method: MethodOf<Contract>, path: PathOf<Contract>): Route<Contract> {
  return { method, path };
}

/** The address of a call: parameters in the path, the rest of what is given as query. */
export function addressOf(
  path: string,
  input: {
    readonly params?: Readonly<Record<string, unknown>>;
    readonly query?: Readonly<Record<string, unknown>>;
  },
): string {
  const filled = path.replaceAll(/:(\w+)/g, (_whole, name: string) =>
    encodeURIComponent(textOf(input.params?.[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== null) query.set(name, textOf(value));
  }
  return query.size === 0 ? filled : `${filled}?${query.toString()}`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError('a path or query takes text, numbers and booleans');
}
