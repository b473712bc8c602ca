// Who may import whom: the table of docs/architecture.md, as rules. Every rule has a canary in
// test/arch/canaries/imports/<rule>/ that breaks it, and a test that sees it fire.
// Paths are relative to the folder that is cruised; type-only imports count like any other.

const LOCAL = '^(protocol|node|registry|installer|web|scripts|test)/';
const AREA = '^node/(?!kernel/|edge/)([^/]+)/';
const ANY_AREA_DOOR = '^node/(?!kernel/|edge/)[^/]+/index\\.ts$';
// What another program may know of the node: the contracts of areas, of the edge and of the kernel's HTTP.
const CONTRACTS = [
  '^node/[^/]+/api\\.ts$',
  '^node/[^/]+/[^/]+/api\\.ts$',
  '^node/kernel/http/contract\\.ts$',
];
const STORE = '/store(\\.ts$|/|-[^/]+$)';
const NOT_PROGRAM = '^(test|scripts)/';

/**
 * Each third-party library has one owner in each program: the files that may import it.
 * A library that is missing here may be imported by nobody (rule `library-without-owner`).
 */
const OWNERS = {
  // Vocabulary: schemas are part of every contract.
  zod: ['^(protocol|node|registry|installer)/'],
  // protocol
  '@hpke/core': ['^protocol/(crypto/|seal[^/]*\\.ts$)'],
  '@noble/ed25519': ['^protocol/crypto/'],
  '@noble/hashes': ['^protocol/(crypto/|seal[^/]*\\.ts$)'],
  '@scure/bip39': ['^protocol/kit\\.ts$'],
  multiformats: ['^protocol/'],
  // data: queries stand in the kernel's database, in stores and in migrations only
  'better-sqlite3': ['^node/kernel/db/'],
  kysely: [
    '^node/kernel/http/once\\.ts$',
    '^node/kernel/(db/|events\\.ts$)',
    '^node/[^/]+/store(\\.ts$|/|-[^/]+$)',
    '^node/[^/]+/[^/]+/store(\\.ts$|/|-[^/]+$)',
    '^node/[^/]+/migrations/',
    '^registry/store(\\.ts$|/|-[^/]+$)',
    '^registry/migrations/',
  ],
  // HTTP: one hardened server, which the registry shares
  express: ['^node/kernel/http/'],
  helmet: ['^node/kernel/http/'],
  busboy: ['^node/kernel/http/'],
  'zod-openapi': ['^node/kernel/http/'],
  'swagger-ui-dist': ['^node/kernel/http/', '^node/edge/http/', '^registry/http(\\.ts$|/)'],
  'ipaddr.js': ['^node/kernel/(network|rate-limit|http\\/connections)\\.ts$'],
  ws: ['^node/edge/live(\\.ts$|/)'],
  // the rest
  commander: ['^node/edge/cli(\\.ts$|/)', '^registry/(main|cli)\\.ts$'],
  uqr: ['^node/edge/cli(\\.ts$|/)', '^installer/', '^web/src/design/pictures/qr-code\\.tsx$'],
  pino: ['^node/kernel/log\\.ts$'],
  'prom-client': ['^node/kernel/metrics\\.ts$', '^node/metrics/', '^registry/metrics\\.ts$'],
  '@simplewebauthn/server': ['^node/identity/passkeys/service\\.ts$'],
  jose: ['^node/identity/', '^registry/auth(\\.ts$|/)'],
  sharp: ['^node/media/'],
  'file-type': ['^node/media/'],
  // archives and posts of other programs
  yauzl: ['^node/portability/import/'],
  'tar-stream': ['^node/portability/import/'],
  htmlparser2: ['^node/portability/import/'],
  // the web app: compiled into web/dist, so these are development dependencies
  react: ['^web/src/'],
  'react-dom': ['^web/src/main\\.tsx$', '^web/src/design/feed/window-list\\.ts$'],
  '@tanstack/react-query': ['^web/src/'],
  '@tanstack/react-virtual': [
    '^web/src/design/feed/window-list\\.ts$',
    '^web/src/(design/virtual|conversations/message)-list\\.tsx$',
  ],
  idb: ['^web/src/offline/database\\.ts$'],
  vite: ['^web/(build|first-screen|src/env\\.d)\\.ts$'],
};

const escape = (name) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const inModules = (name) => `(^|/)node_modules/${escape(name)}/`;

const ownerRules = Object.entries(OWNERS).map(([name, owners]) => ({
  name: `owner-of-${name}`,
  severity: 'error',
  comment: `${name} has one owner in each program: ${owners.join(' ')}`,
  from: { path: LOCAL, pathNot: [NOT_PROGRAM, ...owners] },
  to: { path: inModules(name) },
}));

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

module.exports = {
  forbidden: [
    rule(
      'protocol-imports-only-itself',
      'The protocol is the ground floor: the same code runs in every program and in a browser.',
      { path: '^protocol/' },
      { path: LOCAL, pathNot: '^protocol/' },
    ),
    rule(
      'protocol-does-no-io',
      'Only protocol/crypto/node.ts may touch Node: the rest must run in a browser.',
      { path: '^protocol/', pathNot: '^protocol/crypto/node\\.ts$' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'kernel-imports-only-downwards',
      'The kernel knows no area and no edge.',
      { path: '^node/kernel/' },
      { path: LOCAL, pathNot: '^(protocol|node/kernel)/' },
    ),
    rule(
      'edge-imports-only-downwards',
      'The edge serves areas without knowing them: they reach it through the kernel and the composition root.',
      { path: '^node/edge/' },
      { path: LOCAL, pathNot: '^(protocol|node/kernel|node/edge)/' },
    ),
    rule(
      'area-imports-only-doors',
      "An area may import protocol, kernel, its own files, and another area's index.ts.",
      { path: AREA },
      { path: LOCAL, pathNot: ['^(protocol|node/kernel)/', '^node/$1/', ANY_AREA_DOOR] },
    ),
    rule(
      'binding-never-touches-store',
      'Decisions live in the service: what binds HTTP, messages, commands and jobs goes through it.',
      { path: '^node/[^/]+/(http|wire|cli|jobs)(\\.ts$|/)', pathNot: '^node/(kernel|edge)/' },
      { path: STORE },
    ),
    rule(
      'command-is-another-process',
      "A command imports its area's api.ts and model.ts (those of its parts too), the kernel and the protocol: it speaks over the socket.",
      { path: `${AREA}cli(\\.ts$|/)` },
      {
        path: LOCAL,
        pathNot: [
          '^(protocol|node/kernel)/',
          '^node/$1/(api|model)\\.ts$',
          '^node/$1/[a-z-]+/(api|model)\\.ts$',
          '^node/$1/cli/',
        ],
      },
    ),
    rule(
      'contract-does-no-io',
      'model.ts and api.ts are pure: no Node module, no database, no network.',
      { path: `${AREA}(model|api)\\.ts$` },
      { path: ['^node/kernel/(db/|network|keyring)'] },
    ),
    rule(
      'contract-imports-no-node-module',
      'model.ts and api.ts also run in the web app and in the command line.',
      { path: `${AREA}(model|api)\\.ts$` },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'contract-knows-no-service',
      'model.ts and api.ts know neither service nor store, nor what binds them.',
      { path: `${AREA}(model|api)\\.ts$` },
      { path: ['^node/$1/(service|http|wire|jobs|cli|index)(\\.ts$|/)', '^node/$1/store(\\.ts$|/|-[^/]+$)'] },
    ),
    rule(
      'web-imports-only-contracts',
      'The web app sees the protocol and the api.ts of areas.',
      { path: '^web/' },
      { path: LOCAL, pathNot: ['^(protocol|web)/', ...CONTRACTS] },
    ),
    rule(
      'web-imports-contracts-as-types',
      'A contract in the bundle would bring its schemas and zod: the app takes its types alone.',
      { path: '^web/' },
      { path: '^node/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'web-does-no-node-io',
      'What runs in a browser has no Node module; only the build has.',
      { path: '^web/', pathNot: '^web/(?:build|first-screen)\\.ts$' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'web-area-imports-no-other-area',
      'An area of the app stands on api, content, design, live, offline, router, session, shell and text, never on another area.',
      { path: '^web/src/(?!(?:api|content|design|live|offline|router|session|shell|text|sw)/)([^/]+)/' },
      {
        path: '^web/src/[^/]+/',
        pathNot: ['^web/src/(?:api|content|design|live|offline|router|session|shell|text)/', '^web/src/$1/'],
      },
    ),
    rule(
      'registry-imports-kernel-and-protocol',
      'The registry shares the hardened kernel (docs/adr/0003-registry-imports-kernel.md), never an area.',
      { path: '^registry/' },
      { path: LOCAL, pathNot: '^(protocol|registry|node/kernel)/' },
    ),
    rule(
      'installer-stands-alone',
      'The installer must run when the node does not: protocol and own files only.',
      { path: '^installer/' },
      { path: LOCAL, pathNot: '^(protocol|installer)/' },
    ),
    rule(
      'root-imports-no-other-program',
      'node/main.ts and node/features.ts compose the node, and nothing else.',
      { path: '^node/(main|features)\\.ts$' },
      { path: LOCAL, pathNot: '^(protocol|node)/' },
    ),
    rule(
      'nothing-imports-the-root',
      'A composition root is started, not imported.',
      { path: LOCAL, pathNot: ['^test/', '^node/main\\.ts$'] },
      { path: '^(node/(main|features)|registry/main|installer/main)\\.ts$' },
    ),
    rule(
      'nothing-imports-tests',
      'Programs never depend on test code.',
      { path: LOCAL, pathNot: '^test/' },
      { path: '^test/' },
    ),
    rule(
      'nothing-imports-scripts',
      'scripts/ serves the repository; what a program needs lives in the program.',
      { path: LOCAL, pathNot: NOT_PROGRAM },
      { path: '^scripts/' },
    ),
    rule('no-cycles', 'A cycle has no floor.', { path: LOCAL }, { circular: true }),
    rule(
      'no-unresolved-import',
      'Every import leads to a file or an installed package.',
      { path: LOCAL },
      { couldNotResolve: true },
    ),
    rule(
      'no-undeclared-library',
      'Programs use the dependencies of package.json: no development tool, no dependency of a dependency.',
      { path: LOCAL, pathNot: [NOT_PROGRAM, '^web/'] },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm'] },
    ),
    rule(
      'library-without-owner',
      'Give the library an owner in OWNERS (and a line in docs/adr/0001-stack.md).',
      { path: LOCAL, pathNot: NOT_PROGRAM },
      {
        path: '(^|/)node_modules/',
        pathNot: ['(^|/)node_modules/@types/', ...Object.keys(OWNERS).map(inModules)],
      },
    ),
    ...ownerRules,
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: ['^test/arch/canaries/', '^web/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      // Without these, dependency-cruiser does not see through `imports` and `exports` maps.
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
  },
};
