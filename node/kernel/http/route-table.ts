// Finds the route of a request: a tree of path segments made once, so that a look-up costs the same for ten routes and
// for two hundred. Each resource has one spelling: case, doubled and trailing slashes count.
// A written segment goes before a parameter, in whatever order routes are listed; two routes of one path are refused.
import { AppError } from '#protocol/errors.ts';
import assert from 'node:assert/strict';
import type { BoundRoute } from './contract.ts';

export interface FoundRoute {
  readonly route: BoundRoute;
  /** Path parameters by name, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
}

export interface RouteTable {
  /** The route of a method and a path without its query; HEAD asks as GET does. @throws http/malformed for bad percent-encoding */
  find(method: string, path: string): FoundRoute | undefined;
}

interface Branch {
  readonly written: Map<string, Branch>;
  parameter: Branch | undefined;
  readonly routes: Map<string, { readonly route: BoundRoute; readonly names: readonly string[] }>;
}

/** Makes the table. */
export function createRouteTable(routes: readonly BoundRoute[]): RouteTable {
  const root = newBranch();
  for (const route of routes) add(root, route);
  return {
    find(method, path) {
      const segments = path.split('/');
      const values: string[] = [];
      const found = walk(root, segments, 1, method === 'HEAD' ? 'GET' : method, values);
      if (found === undefined) return undefined;
      const params: Record<string, string> = {};
      for (const [index, name] of found.names.entries()) params[name] = decode(values[index] ?? '');
      return { route: found.route, params };
    },
  };
}

function newBranch(): Branch {
  return { written: new Map(), parameter: undefined, routes: new Map() };
}

function add(root: Branch, route: BoundRoute): void {
  const { method, path } = route.contract;
  const [before, ...segments] = path.split('/');
  assert(before === '' && !/[*{}()?+\\]/.test(path), `${path} is a path of written and named segments`);
  const names: string[] = [];
  let branch = root;
  for (const segment of segments) {
    if (segment.startsWith(':')) {
      names.push(segment.slice(1));
      branch = branch.parameter ??= newBranch();
    } else {
      const next = branch.written.get(segment) ?? newBranch();
      branch.written.set(segment, next);
      branch = next;
    }
  }
  assert(!branch.routes.has(method), `${method} ${path} has two routes`);
  branch.routes.set(method, { route, names });
}

/** Depth first; `values` holds the raw parameters of the branch that is being tried. */
function walk(
  branch: Branch,
  segments: readonly string[],
  at: number,
  method: string,
  values: string[],
): { readonly route: BoundRoute; readonly names: readonly string[] } | undefined {
  const segment = segments[at];
  if (segment === undefined) return branch.routes.get(method);
  const written = branch.written.get(segment);
  const found = written === undefined ? undefined : walk(written, segments, at + 1, method, values);
  if (found !== undefined || branch.parameter === undefined || segment === '') return found;
  values.push(segment);
  const named = walk(branch.parameter, segments, at + 1, method, values);
  if (named === undefined) values.pop();
  return named;
}

function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch (error) {
    throw new AppError({
      category: 'invalid',
      code: 'http/malformed',
      safe: 'The request is malformed.',
      cause: error,
    });
  }
}
