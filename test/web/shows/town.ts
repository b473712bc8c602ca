// Where the shows happen: a registry, nodes as programs of their own, as install.sh leaves them, and a friend who
// already lives in hers. Everything is gone with `await using`.
import { freePort, makeRegistry, runCli, spawnNode, temporaryFolder, type Program } from '#kit';
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';

/** Everything listens here, so that the same nodes can be reached over loopback and over the network. */
const EVERYWHERE = '0.0.0.0';
const FRIEND_PASSPHRASE = 'trois pirogues sur le fleuve';

export interface Town extends AsyncDisposable {
  /** Makes a node that nobody has claimed. */
  settle(username: string, host: string): Promise<House>;
}

/** A node of the town, with its program. */
export interface House extends AsyncDisposable {
  readonly username: string;
  readonly url: string;
  readonly dataDir: string;
  readonly claimPath: string;
  /** `ored ARGS` on its machine. */
  ored(...args: string[]): Promise<unknown>;
  restart(): Promise<void>;
}

/** An owner who has found her way already; what reached her is asked of her node. */
export interface Friend {
  readonly house: House;
  readonly nodeId: string;
  readonly passphrase: string;
  get<Answer>(path: string): Promise<Answer>;
}

/** This machine's address in its network, which no browser trusts over plain http. */
export function lanAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  const found = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
  assert.ok(found, 'this machine has no address in a network: the shows need one besides loopback');
  return found.address;
}

export async function openTown(): Promise<Town> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder());
  const networks = `127.0.0.0/8,${lanAddress()}/32`;
  const { url: registryUrl } = stack.use(await makeRegistry({ networks }));
  const houses = stack.use(new AsyncDisposableStack());
  const kept = stack.move();
  return {
    async settle(username, host) {
      const url = `http://${host}:${await freePort()}`;
      const dataDir = `${folder.path}/${username}`;
      return houses.use(await build({ username, url, dataDir, registryUrl, networks }));
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

interface Plan {
  readonly username: string;
  readonly url: string;
  readonly dataDir: string;
  readonly registryUrl: string;
  readonly networks: string;
}

async function build({ username, url, dataDir, registryUrl, networks }: Plan): Promise<House> {
  const ored = async (...args: string[]): Promise<unknown> => {
    const done = await runCli({ dataDir }, [...args, '--json']);
    assert.equal(done.code, 0, `ored ${args.join(' ')}: ${done.stdout}${done.stderr}`);
    return done.json();
  };
  await ored('init', '--username', username, '--url', url, '--registry', registryUrl);
  const env = { ORED_EDGE_HOST: EVERYWHERE, ORED_FEDERATION_NETWORKS: networks };
  let program: Program = await spawnNode({ dataDir, env });
  const { hash } = new URL(String(program.ready.claim_url));
  return {
    username,
    url,
    dataDir,
    claimPath: `/${hash}`,
    ored,
    async restart() {
      assert.equal(await program.end(), 0);
      program = await spawnNode({ dataDir, env });
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Moves somebody in who has found her way already. */
export async function befriendable(house: House, displayName: string): Promise<Friend> {
  const claim = { token: house.claimPath.split('=')[1], passphrase: FRIEND_PASSPHRASE, mode: 'bearer' };
  const ask = async <Answer>(path: string, init: RequestInit = {}, token?: string): Promise<Answer> => {
    const headers = new Headers({ 'content-type': 'application/json' });
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const answer = await fetch(new URL(path, house.url), { ...init, headers });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Answer;
  };
  const grant = await ask<{ access_token: string }>('/api/v1/claim', {
    method: 'POST',
    body: JSON.stringify(claim),
  });
  const friend: Friend = {
    house,
    nodeId: (await ask<{ node_id: string }>('/api/v1/identity', {}, grant.access_token)).node_id,
    passphrase: FRIEND_PASSPHRASE,
    get: (path) => ask(path, {}, grant.access_token),
  };
  await house.ored('profile', '--name', displayName, '--language', 'fr');
  return friend;
}

interface Listed<Item> {
  readonly items: readonly Item[];
}

/** The words that came to a friend from somebody, oldest first. */
export async function wordsFrom(friend: Friend, username: string): Promise<string[]> {
  const { items } = await friend.get<Listed<{ text: string; delivery?: string }>>(
    `/api/v1/messages?who=${username}`,
  );
  return items
    .toReversed()
    .filter(({ delivery }) => delivery === undefined)
    .map(({ text }) => text);
}

/** What stands in a friend's feed by somebody else. */
export async function readsOf(
  friend: Friend,
): Promise<readonly { readonly text: string; readonly media: readonly unknown[] }[]> {
  return (await friend.get<Listed<{ text: string; media: unknown[] }>>('/api/v1/feed')).items;
}
