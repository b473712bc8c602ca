// Builds the web app into web/dist: `npm run build:web`, with `-- --watch` to build again at each change.
// Three steps: the app with hashed names, the service worker with the list of what was built, and br and gzip
// beside each text file, so that the node compresses nothing while it serves.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build, type InlineConfig, type Plugin } from 'vite';
import { firstScreenGroups, firstScreenPreloads } from './first-screen.ts';

const WEB = import.meta.dirname;
const DIST = join(WEB, 'dist');
/** Browsers with everything that the app stands on: native dialogs, `inert`, private class members, `:has()`. */
const TARGETS = ['chrome123', 'edge123', 'firefox121', 'safari17.2'];
/** Smaller files gain nothing from compression. */
const COMPRESS_BYTES_MIN = 512;

const shared = {
  root: WEB,
  configFile: false,
  logLevel: 'warn',
  clearScreen: false,
} satisfies InlineConfig;

/** Every file in web/dist, as paths below it. */
function distFiles(): string[] {
  return readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(DIST.length + 1))
    .toSorted();
}

async function buildServiceWorker(): Promise<void> {
  const files = distFiles().filter((path) => !/\.(br|gz|map)$|^sw\.js$|^build\.json$/.test(path));
  const hash = createHash('sha256');
  for (const path of files) hash.update(path).update(readFileSync(join(DIST, path)));
  const version = hash.digest('hex').slice(0, 12);
  await build({
    ...shared,
    publicDir: false,
    define: {
      PRECACHED: JSON.stringify(files.map((path) => `/${path === 'index.html' ? '' : path}`)),
      PRECACHE_VERSION: JSON.stringify(version),
    },
    build: {
      outDir: 'dist',
      emptyOutDir: false,
      target: TARGETS,
      rollupOptions: {
        input: join(WEB, 'src/sw/worker.ts'),
        output: { format: 'iife', entryFileNames: 'sw.js' },
      },
    },
  });
}

function compressAll(): void {
  for (const path of distFiles()) {
    if (!/\.(html|js|css|svg|json|webmanifest)$/.test(path)) continue;
    const bytes = readFileSync(join(DIST, path));
    if (bytes.length < COMPRESS_BYTES_MIN) continue;
    const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    writeFileSync(join(DIST, `${path}.br`), brotliCompressSync(bytes, { params: quality }));
    writeFileSync(join(DIST, `${path}.gz`), gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
  }
}

const afterwards: Plugin = {
  name: 'ored-afterwards',
  apply: 'build',
  closeBundle: {
    sequential: true,
    order: 'post',
    async handler(error) {
      if (error !== undefined) return;
      await buildServiceWorker();
      compressAll();
    },
  },
};

/** The settings of the app's own bundle. */
const app: InlineConfig = {
  ...shared,
  publicDir: 'public',
  define: { APP_VERSION: JSON.stringify(sourceVersion()) },
  plugins: [firstScreenPreloads, afterwards],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: TARGETS,
    // Inlined assets would be data: URLs, which the policy does not allow everywhere.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
    rollupOptions: {
      output: { codeSplitting: { groups: firstScreenGroups() } },
      // Libraries mark files for React's server components, which this app has not.
      onLog(level, log, handle) {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
    // Read by the test of weights.
    manifest: 'build.json',
    watch: process.argv.includes('--watch') ? {} : null,
  },
};

/** A name for the state of the sources, under which caches of data are kept. */
function sourceVersion(): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(join(WEB, 'src'), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex').slice(0, 12);
}

rmSync(DIST, { recursive: true, force: true });
await build(app);
