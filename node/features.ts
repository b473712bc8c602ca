// THE LIST: one line an area, in start order. What an area needs stands above it.
// The server loads the first file of a line, the command line only the second.
import type { Command } from '#kernel/command.ts';
import type { AnyFeature } from '#kernel/feature.ts';

interface Area {
  readonly name: string;
  readonly loadFeature: () => Promise<AnyFeature>;
  readonly loadCommands: () => Promise<readonly Command[]>;
}

// One line an area, so that adding one is one line of a diff.
// prettier-ignore
export const areas: readonly Area[] = [
  area('vault', () => import('#node/vault/index.ts')),
  area('identity', () => import('#node/identity/index.ts'), () => import('#node/identity/cli.ts')),
  area('access', () => import('#node/access/index.ts')),
  area('audit', () => import('#node/audit/index.ts'), () => import('#node/audit/cli.ts')),
  area('discovery', () => import('#node/discovery/index.ts'), () => import('#node/discovery/cli.ts')),
  area('federation', () => import('#node/federation/index.ts'), () => import('#node/federation/cli.ts')),
  area('search', () => import('#node/search/index.ts'), () => import('#node/search/cli.ts')),
  area('media', () => import('#node/media/index.ts')),
  area('people', () => import('#node/people/index.ts'), () => import('#node/people/cli.ts')),
  area('posts', () => import('#node/posts/index.ts'), () => import('#node/posts/cli.ts')),
  area('pages', () => import('#node/pages/index.ts')),
  area('conversations', () => import('#node/conversations/index.ts'), () => import('#node/conversations/cli.ts')),
  area('notifications', () => import('#node/notifications/index.ts')),
  area('portability', () => import('#node/portability/index.ts'), () => import('#node/portability/cli.ts')),
];

/** `index` exports the feature under the area's name; `cli` exports its `commands`. */
function area<Name extends string>(
  name: Name,
  index: () => Promise<{ readonly [Key in Name]: AnyFeature }>,
  cli?: () => Promise<{ readonly commands: readonly Command[] }>,
): Area {
  return {
    name,
    loadFeature: async () => (await index())[name],
    loadCommands: async () => (cli === undefined ? [] : (await cli()).commands),
  };
}

/** The areas' feature objects, in order. */
export function loadFeatures(): Promise<AnyFeature[]> {
  return Promise.all(areas.map(({ loadFeature }) => loadFeature()));
}

/** The areas' commands. */
export async function loadCommands(): Promise<Command[]> {
  return (await Promise.all(areas.map(({ loadCommands: load }) => load()))).flat();
}
