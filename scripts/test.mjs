// `npm test`, from a bare checkout: brings node_modules up to the lock file, installs the Debian packages that
// the tests need, and hands over to the project's own Node for everything else (scripts/verify.ts).
// Plain JavaScript for Node 20 without node_modules. It never asks anything.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OWN_NODE = join(ROOT, 'node_modules/.bin/node');
const OWN_NODE_PACKAGE = `node_modules/node-linux-${process.arch}`;

const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** Runs a command in the checkout, with its output shown and nothing on its standard input. */
function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

/** What is wrong with node_modules, or undefined when it is what the lock file says. */
function differenceFromLock() {
  const installedPath = 'node_modules/.package-lock.json';
  if (!existsSync(join(ROOT, installedPath))) return 'nothing is installed';
  const locked = readJson('package-lock.json').packages;
  const installed = readJson(installedPath).packages;
  for (const [path, entry] of Object.entries(locked)) {
    if (path === '') continue;
    const found = installed[path];
    // A package for another platform is locked and not installed, which is right, except for our own Node.
    if (!found && (!entry.optional || path === OWN_NODE_PACKAGE)) return `${path} is missing`;
    if (!found) continue;
    if (found.version !== entry.version || found.integrity !== entry.integrity)
      return `${path} is another version`;
    if (!existsSync(join(ROOT, path))) return `${path} was removed`;
  }
  return Object.keys(installed)
    .filter((path) => !(path in locked))
    .map((path) => `${path} is not in the lock file`)[0];
}

function installNodeModules() {
  const difference = differenceFromLock();
  if (difference === undefined) return;
  console.log(`npm test: ${difference}; installing what package-lock.json says (npm ci)`);
  const status = run('npm', ['ci', '--no-audit', '--no-fund']);
  if (status !== 0) fail('npm ci failed (above). Is this machine connected to the internet?');
  const left = differenceFromLock();
  if (left !== undefined) fail(`npm ci ended well, and yet ${left}`);
}

function isOnPath(command) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether Debian's own Python finds a module: another Python on the path would not see Debian's packages. */
function isPythonModule(name) {
  return spawnSync('/usr/bin/python3', ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;
}

function installDebianPackages() {
  const missing = readJson('scripts/debian-packages.json').packages.filter(
    ({ command, python }) => !isOnPath(command) || (python !== undefined && !isPythonModule(python)),
  );
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.package);
  for (const entry of missing) console.log(`npm test: ${entry.package} is needed: ${entry.reason}`);
  const aptGet = ['apt-get', 'install', '-y', '--no-install-recommends', ...names].join(' ');
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    fail(`these packages are missing: ${names.join(', ')}. On Debian: sudo ${aptGet}`);
  }
  const install = () => run('apt-get', aptGet.split(' ').slice(1), { env: aptEnvironment });
  const aptEnvironment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (install() === 0) return;
  // The package lists may be absent or old.
  run('apt-get', ['update'], { env: aptEnvironment });
  if (install() !== 0) fail(`could not install ${names.join(', ')} (above). By hand: ${aptGet}`);
}

function fail(message) {
  console.error(`npm test: ${message}`);
  process.exit(1);
}

installNodeModules();
installDebianPackages();
// As npm would do it, had node_modules been there when npm started.
const PATH = [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter);
process.exit(
  run(OWN_NODE, ['scripts/verify.ts', ...process.argv.slice(2)], { env: { ...process.env, PATH } }),
);
