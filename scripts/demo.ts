// `npm run demo`: one registry and three nodes on loopback, on throw-away data, with people who befriend, post, reply
// and talk through the same commands that anybody types. It stays up until Ctrl-C, then removes what it made.
// It refuses to touch any existing node: all its data lies in a new temporary folder.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '..');
/** Everything happens on one machine: what has not arrived after this is not under way. */
const ARRIVAL_MS_MAX = 30_000;
const ASK_AGAIN_MS = 250;

interface Person {
  readonly name: string;
  readonly url: string;
  readonly data: string;
  readonly claimUrl: string;
}

const processes: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'ored-demo-'));
const picture = (name: string): string => join(ROOT, 'scripts', 'demo', name);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a program that prints one line once it answers. */
async function serve(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  processes.push(child);
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${args.join(' ')} ended at once`)));
  await Promise.race([once(child.stdout, 'data'), ended]);
}

/** Runs one command of `ored` as a script would and returns what it printed. */
async function ored(data: string, ...args: string[]): Promise<unknown> {
  const child = spawn(process.execPath, ['node/main.ts', ...args, '--json', '--data', data], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let error = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`ored ${args.join(' ')} exited with ${code}: ${error}`);
  return JSON.parse(out);
}

/** Asks until the answer fits: what travels between nodes needs a moment. */
async function arrival(what: string, ask: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + ARRIVAL_MS_MAX;
  while (!(await ask())) {
    if (Date.now() > until) throw new Error(`${what} did not arrive within ${ARRIVAL_MS_MAX / 1_000} s`);
    await pause(ASK_AGAIN_MS);
  }
}

async function makePerson(
  name: string,
  displayName: string,
  language: string,
  registry: string,
): Promise<Person> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const data = join(folder, name);
  await ored(data, 'init', '--username', name, '--url', url, '--registry', registry);
  await ored(data, 'config', 'set', 'node.language', language);
  await serve(['node/main.ts', 'start', '--data', data]);
  await ored(data, 'profile', '--name', displayName, '--language', language);
  const status = (await ored(data, 'status')) as { claim_url: string };
  return { name, url, data, claimUrl: status.claim_url };
}

async function befriend(one: Person, other: Person): Promise<void> {
  await ored(one.data, 'friends', 'add', other.name);
  await arrival(`the request of ${one.name}`, async () => {
    const people = (await ored(other.data, 'friends', 'list')) as { username: string; status: string }[];
    return people.some(({ username, status }) => username === one.name && status === 'pending');
  });
  await ored(other.data, 'friends', 'accept', one.name);
  await arrival(`the answer of ${other.name}`, async () => {
    const people = (await ored(one.data, 'friends', 'list')) as { username: string; status: string }[];
    return people.some(({ username, status }) => username === other.name && status === 'accepted');
  });
}

async function seesInFeed(who: Person, text: string): Promise<void> {
  await arrival(`"${text}"`, async () => {
    const feed = (await ored(who.data, 'feed')) as { text: string }[];
    return feed.some((post) => post.text.includes(text));
  });
}

async function tell(): Promise<Person[]> {
  const registryUrl = `http://127.0.0.1:${await freePort()}`;
  const { port } = new URL(registryUrl);
  say('Starting a registry and three nodes ...');
  await serve([
    'registry/main.ts',
    'start',
    '--data',
    join(folder, 'registry'),
    '--port',
    port,
    '--log-level',
    'error',
  ]);
  const awa = await makePerson('awa', 'Awa Ndiaye', 'fr', registryUrl);
  const tom = await makePerson('tom', 'Tom Fletcher', 'en', registryUrl);
  const lea = await makePerson('lea', 'Léa Moreau', 'fr', registryUrl);

  say('Awa, Tom and Léa become friends ...');
  await befriend(awa, tom);
  await befriend(lea, awa);

  say('They post, reply and talk ...');
  const post = (await ored(
    awa.data,
    'post',
    'Le fleuve ce soir à Saint-Louis, depuis le pont Faidherbe. On ne s’en lasse pas.',
    '--visibility',
    'friends',
    '--media',
    picture('river.jpg'),
  )) as { uri: string };
  await ored(
    lea.data,
    'post',
    'Première semaine avec mon propre nœud : tout est chez moi, et ça tient dans un placard.',
  );
  await ored(
    tom.data,
    'post',
    'Walked the Pennine Way as far as Malham. Knees complain, eyes do not.',
    '--media',
    picture('hills.jpg'),
  );
  await seesInFeed(tom, 'Saint-Louis');
  await ored(tom.data, 'post', 'What a light! Is that the old bridge?', '--reply-to', post.uri);
  await seesInFeed(lea, 'Saint-Louis');
  await ored(lea.data, 'post', 'Tu nous gardes une place sur la pirogue ?', '--reply-to', post.uri);
  await ored(
    awa.data,
    'post',
    'Nouveau tissu arrivé au marché Sandaga, je garde trois coupons pour celles qui lisent ceci.',
    '--visibility',
    'public',
    '--media',
    picture('cloth.jpg'),
  );
  await ored(
    awa.data,
    'message',
    'send',
    'lea',
    'Tu arrives toujours le 12 ? Maman prépare le thiéboudiène.',
  );
  await arrival(
    'the message of Awa',
    async () => ((await ored(lea.data, 'message', 'list', 'awa')) as unknown[]).length > 0,
  );
  await ored(lea.data, 'message', 'send', 'awa', 'Le 12 au matin, oui ! J’apporte le fromage.');
  await ored(tom.data, 'message', 'send', 'awa', 'Could you put one of those cloths aside for my sister?');
  return [awa, tom, lea];
}

function stop(): void {
  for (const child of processes) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

const interrupted = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
try {
  const people = await Promise.race([tell(), interrupted.then(() => [])]);
  for (const { name, url, data, claimUrl } of people) {
    say(`\n${name}: ${url}`);
    say(`  open as its owner: ${claimUrl}`);
    say(`  npm run -s ored -- feed --data ${data}`);
    say(`  npm run -s ored -- message list --data ${data}`);
  }
  if (people.length > 0) say('\nCtrl-C ends it and removes everything.');
  await interrupted;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  stop();
}
