// The first load in few files that come at once: what every screen stands on in one, what the feed adds in another, and
// the feed's own files named in index.html, so that public/early.js asks for them before any module has run.
// Twenty small files each wait for a connection, and a screen found by running code waits a round trip more.
import { join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

const START = ['/index.html', '/src/main.tsx'];
const HOME = '/src/posts/feed-screen.tsx';
/** Folders whose messages the feed shows. */
const HOME_MESSAGES = ['posts', 'content'];
const LANGUAGES = ['en', 'fr'];

type Groups = NonNullable<Rolldown.CodeSplittingOptions['groups']>;

type Graph = Parameters<Rolldown.CodeSplittingNameFunction>[1];

/** The start waits at its top (for the session): what screens import must not stand in its file. */
const isNoStart = (id: string): boolean => !START.some((end) => id.endsWith(end));

/** The bundler's groups: `ground`, all that the app's start imports; `home`, what the feed imports beyond it. */
export function firstScreenGroups(): Groups {
  let home: ReadonlySet<string> | undefined;
  return [
    {
      name: 'ground',
      tags: ['$initial'],
      test: isNoStart,
      priority: 2,
    },
    {
      debugName: 'home',
      name(id, graph) {
        home ??= importedBy(join(import.meta.dirname, HOME), graph);
        return home.has(id) ? 'home' : null;
      },
      test: isNoStart,
      priority: 1,
    },
  ];
}

/** Names the feed's files in index.html: `data-home` of early.js for all, `data-home-fr` for a language. */
export const firstScreenPreloads: Plugin = {
  name: 'ored-first-screen',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const chunkOf = (end: string): Rolldown.OutputChunk => {
        const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(end) === true);
        if (chunk === undefined) throw new Error(`no file was built of ${end}`);
        return chunk;
      };
      const screen = chunkOf(HOME);
      const groundFiles = new Set(chunks.filter(({ isEntry }) => isEntry).flatMap(({ imports }) => imports));
      const own = chunks.filter(
        ({ fileName }) =>
          fileName === screen.fileName || (screen.imports.includes(fileName) && !groundFiles.has(fileName)),
      );
      const shared = own.flatMap(({ fileName, viteMetadata }) => [
        fileName,
        ...(viteMetadata?.importedCss ?? []),
      ]);
      const lists = [
        ['data-home', shared] as const,
        ...LANGUAGES.map((language) => {
          const files = HOME_MESSAGES.map(
            (area) => chunkOf(`/src/${area}/messages/${language}.json`).fileName,
          );
          return [`data-home-${language}`, files] as const;
        }),
      ];
      const attributes = lists.map(
        ([name, files]) => `${name}="${files.map((file) => `/${file}`).join(' ')}"`,
      );
      return html.replace('<script src="/early.js"', (start) => `${start} ${attributes.join(' ')}`);
    },
  },
};

function importedBy(start: string, graph: Graph): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) visit(imported);
  };
  visit(start);
  return found;
}
