// Tidy rules about what stands around the code: the README's map, the stack's register, install scripts,
// paths of one person's machine, and references to sections of the specification.
import type { Rule, Tree } from './tree.ts';

const STACK = 'docs/adr/0001-stack.md';
// A folder of somebody's home, as an editor or a careless script writes it.
const HOME_PATH = /(?:\/home\/[a-z_][a-z0-9_-]*\/|\/Users\/[A-Za-z][\w.-]*\/|\/root\/[\w.-]+)/g;
// A checkout at /opt/o-red may share its path with the documentation; a deeper one is somebody's own.
const ROOT_SEGMENTS_MIN = 3;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}
interface LockFile {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
}

const manifest = (tree: Tree): Manifest => JSON.parse(tree.read('package.json')) as Manifest;

const mapMatchesFolders: Rule = (tree) => {
  const map = folderMap(tree.read('README.md'));
  if (map.length === 0) return ['README.md: no folder map under "## Folder map"'];
  const folders = mappedFolders(tree);
  return [
    ...folders
      .filter((folder) => !map.includes(folder))
      .map((folder) => `README.md: ${folder}/ is not on the map`),
    ...map
      .filter((folder) => !folders.includes(folder))
      .map((folder) => `README.md: ${folder}/ does not exist`),
  ];
};

/** Folders that the map must name: those at the top, and those in node/. */
function mappedFolders(tree: Tree): string[] {
  const folders = tree.paths.flatMap((path) => {
    const [top = '', second, third] = path.split('/');
    if (second === undefined || top.startsWith('.')) return [];
    return top === 'node' && third !== undefined ? [top, `${top}/${second}`] : [top];
  });
  return [...new Set(folders)].toSorted();
}

/** Paths that open a line of the first code block under "## Folder map": `node/people/   profile, connections`. */
function folderMap(readme: string): string[] {
  const block = /^## Folder map$[^]*?^```[a-z]*\n([^]*?)^```/m.exec(readme)?.[1] ?? '';
  return block.split('\n').flatMap((line) => {
    const path = /^([a-z][\w-]*(?:\/[\w-]+)*)\/(?:\s|$)/.exec(line)?.[1];
    return path === undefined ? [] : [path];
  });
}

const libraryIsRegistered: Rule = (tree) => {
  const { dependencies, optionalDependencies, devDependencies } = manifest(tree);
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
  const register = tree.has(STACK) ? tree.read(STACK) : '';
  const listed = [...register.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '');
  return [
    ...names.filter((name) => !listed.includes(name)).map((name) => `${STACK}: no line for ${name}`),
    ...listed
      .filter((name) => !names.includes(name))
      .map((name) => `${STACK}: ${name} is not in package.json`),
  ];
};

const installScriptIsDenied: Rule = (tree) => {
  const { packages } = JSON.parse(tree.read('package-lock.json')) as LockFile;
  const verdicts = manifest(tree).allowScripts ?? {};
  const found = Object.entries(packages)
    .filter(([, entry]) => entry.hasInstallScript === true)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
    .filter((name) => verdicts[name] !== false)
    .map(
      (name) => `package-lock.json: ${name} has an install script; deny it in allowScripts, or do without it`,
    );
  const denied = tree.has('.npmrc') && /^ignore-scripts=true$/m.test(tree.read('.npmrc'));
  return denied ? found : [...found, '.npmrc: ignore-scripts=true is missing'];
};

const noPathOfOneMachine: Rule = (tree) => {
  const rootCounts = tree.root.split('/').filter(Boolean).length >= ROOT_SEGMENTS_MIN;
  return tree.paths
    .filter((path) => /\.(ts|tsx|mjs|cjs|js|json|md|sh|yml|yaml)$/.test(path) && path !== 'package-lock.json')
    .filter((path) => path !== 'test/arch/tidy-documents.ts')
    .flatMap((path) => {
      const text = tree.read(path);
      const found = [...text.matchAll(HOME_PATH)].map((match) => match[0]);
      if (rootCounts && text.includes(`${tree.root}/`)) found.push(tree.root);
      return found.map((place) => `${path}: ${place} is a path of one machine`);
    });
};

const SPECIFICATION = 'docs/protocol.md';
// `docs/protocol.md "Identity" and "Recovery"`, however the comment is broken into lines.
const REFERENCES = /docs\/protocol\.md,?((?:(?:,| and)? ?"[^"\n]+")+)/g;

const referenceLeadsSomewhere: Rule = (tree) => {
  const specification = tree.has(SPECIFICATION) ? tree.read(SPECIFICATION) : '';
  const headings = new Set([...specification.matchAll(/^#{1,4} (.+)$/gm)].map((match) => match[1]));
  return tree.paths
    .filter((path) => /\.(ts|tsx|mjs|cjs|sh|py|md)$/.test(path))
    .flatMap((path) => {
      const text = tree.read(path).replaceAll(/\n[ \t]*(?:\/\/|\*|#) ?/g, ' ');
      const named = [...text.matchAll(REFERENCES)].flatMap((match) => [
        ...(match[1] ?? '').matchAll(/"([^"]+)"/g),
      ]);
      return named
        .map((match) => match[1] ?? '')
        .filter((section) => !headings.has(section))
        .map((section) => `${path}: ${SPECIFICATION} has no section "${section}"`);
    });
};

export const documentRules: Readonly<Record<string, Rule>> = {
  'map-matches-folders': mapMatchesFolders,
  'library-is-registered': libraryIsRegistered,
  'install-script-is-denied': installScriptIsDenied,
  'no-path-of-one-machine': noPathOfOneMachine,
  'reference-leads-somewhere': referenceLeadsSomewhere,
};
