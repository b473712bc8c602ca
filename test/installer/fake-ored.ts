// A stand-in for node/main.ts in the installer's tests: the command-line contract that the installer relies on, and
// nothing behind it. One self-contained file, because it is copied into a checkout as its node/main.ts.
// A file named `broken` in the data folder makes `start` end at once; `deaf` makes it ignore SIGTERM.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: process.env['ORED_DATA_DIR'] ?? '' },
    json: { type: 'boolean', default: false },
    username: { type: 'string' },
    url: { type: 'string' },
    registry: { type: 'string' },
  },
});
const dataDir = values.data;
const file = (name: string): string => join(dataDir, name);
const read = (name: string): Record<string, Record<string, string>> =>
  existsSync(file(name))
    ? (JSON.parse(readFileSync(file(name), 'utf8')) as Record<string, Record<string, string>>)
    : {};
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

function init(): void {
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(file('node.json'), JSON.stringify({ node: { username: values.username ?? '' } }), {
    mode: 0o600,
  });
  const registry = values.registry === undefined ? {} : { registry: { url: values.registry } };
  writeFileSync(file('config.json'), JSON.stringify({ node: { url: values.url ?? '' }, ...registry }));
  print({ username: values.username, server_url: values.url });
}

function config(verb: string, key: string, value: string): void {
  const [area = '', name = ''] = key.split('.');
  const settings = read('config.json');
  if (verb === 'set') {
    settings[area] = { ...settings[area], [name]: value };
    writeFileSync(file('config.json'), JSON.stringify(settings));
  }
  print({ key, value: settings[area]?.[name] ?? null });
}

function start(): void {
  if (existsSync(file('broken'))) {
    process.stderr.write('{"level":"error","msg":"the key file is missing"}\n');
    process.exit(1);
  }
  const { edge } = read('config.json');
  mkdirSync(file('run'), { recursive: true });
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/health/ready' ? 200 : 404;
    response.end('{}');
  });
  server.listen(Number(edge?.['port']), edge?.['host'], () => {
    // Renamed into place: a test may read it at any moment.
    writeFileSync(file('run/fake.new'), JSON.stringify({ pid: process.pid, env: Object.keys(process.env) }));
    renameSync(file('run/fake.new'), file('run/fake.json'));
    process.stdout.write('started\n');
  });
  process.on('SIGTERM', () => {
    if (existsSync(file('deaf'))) return;
    rmSync(file('run/fake.json'));
    process.exit(0);
  });
}

function status(): void {
  const running = existsSync(file('run/fake.json'))
    ? (JSON.parse(readFileSync(file('run/fake.json'), 'utf8')) as { pid: number })
    : null;
  if (running === null || !existsSync(`/proc/${running.pid}`)) {
    process.stderr.write('The node is not running.\n');
    process.exit(69);
  }
  const { node, registry } = read('config.json');
  const url = node?.['url'] ?? '';
  print({
    username: read('node.json')['node']?.['username'],
    server_url: url,
    registry: { url: registry?.['url'] ?? null, registered: false },
    claim_url: `${url}/claim#fake-token`,
  });
}

const [command, verb = '', key = '', value = ''] = positionals;
if (command === 'init') init();
else if (command === 'config') config(verb, key, value);
else if (command === 'start') start();
else if (command === 'status') status();
else process.exit(2);
