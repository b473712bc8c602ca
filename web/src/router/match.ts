// Paths of screens: `/post/:id` against `/post/42`. Fixed words win over parameters, whatever their order in the list.
// Refuses nothing: what matches no screen is shown as such.

export type Params = Readonly<Record<string, string>>;

/** The parameters of `path` under `pattern`, or undefined where it does not fit. */
export function matchPath(pattern: string, path: string): Params | undefined {
  const wanted = wordsOf(pattern);
  const given = wordsOf(path);
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, word] of wanted.entries()) {
    const actual = given[at] ?? '';
    if (word.startsWith(':')) {
      const value = decoded(actual);
      if (value === undefined) return undefined;
      params[word.slice(1)] = value;
    } else if (word !== actual) return undefined;
  }
  return params;
}

/** The best of several patterns for a path: the one with the most fixed words. */
export function bestMatch<Screen extends { readonly path: string }>(
  screens: readonly Screen[],
  path: string,
): { readonly screen: Screen; readonly params: Params } | undefined {
  let best: { screen: Screen; params: Params; fixed: number } | undefined;
  for (const screen of screens) {
    const params = matchPath(screen.path, path);
    if (params === undefined) continue;
    const fixed = wordsOf(screen.path).length - Object.keys(params).length;
    if (best === undefined || fixed > best.fixed) best = { screen, params, fixed };
  }
  return best;
}

/** A path with its parameters filled in and encoded. */
export function pathTo(pattern: string, params: Params): string {
  return pattern.replaceAll(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(params[name] ?? ''));
}

const wordsOf = (path: string): string[] => path.split('/').filter((word) => word !== '');

function decoded(word: string): string | undefined {
  try {
    return decodeURIComponent(word);
  } catch {
    // Half a percent sign: no such address.
    return undefined;
  }
}
