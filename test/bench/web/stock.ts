// The node that the web app is measured on: a process of its own, with a feed of 1,000 posts that came in through its
// API, pictures in some, and its first run done.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeData, startOwned, PASSPHRASE, type OwnedNode } from '../rig/node.ts';

export const POSTS = 1_000;
/** One post in so many has a picture: of photographs that a feed shows, twenty among a hundred posts are many. */
const PICTURE_EACH = 20;
const WRITERS = 8;
const pictures = ['hills.jpg', 'river.jpg'].map((name) =>
  readFileSync(join(import.meta.dirname, '..', '..', '..', 'scripts', 'demo', name)),
);
const SENTENCES = [
  'Walked along the river until the rain came.',
  'The bread turned out **well** this time, more water is the secret.',
  'Who has a ladder to lend on Saturday?',
  'Read this in one evening: https://example.org/a-book and want to talk about it.',
  'Three herons on the weir this morning, then a fourth.',
];

export interface Stocked extends AsyncDisposable {
  readonly url: string;
  /** The cookie session's answer for a browser's context. */
  readonly passphrase: string;
  /** `Authorization` of a session beside the browser's. */
  readonly authorization: string;
}

/** Starts a node and fills its feed; the newest post stands on top with a text of its own. */
export async function startStocked(): Promise<Stocked> {
  const made = await makeData();
  const node = await startOwned(made.dataDir);
  // One at a time: a node prepares few pictures at once, and says so.
  const files: string[] = [];
  while (files.length < POSTS / PICTURE_EACH) files.push(await upload(node, files.length));
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < POSTS) await writePost(node, next++, files);
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  for (const step of ['language', 'profile', 'kit', 'people']) {
    await ask(node, 'PUT', `/api/v1/welcome/${step}`, { state: 'later' });
  }
  return {
    url: node.url,
    passphrase: PASSPHRASE,
    authorization: node.authorization,
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      made[Symbol.dispose]();
    },
  };
}

async function writePost(node: OwnedNode, index: number, files: readonly string[]): Promise<void> {
  const sentences = Array.from(
    { length: 1 + (index % 4) },
    (_unused, at) => SENTENCES[(index + at * 3) % SENTENCES.length] ?? '',
  );
  const text = `Number ${index}. ${sentences.join(index % 7 === 0 ? '\n\n' : ' ')}`;
  const file = index % PICTURE_EACH === 0 ? files[index / PICTURE_EACH] : undefined;
  const media = file === undefined ? [] : [file];
  await ask(node, 'POST', '/api/v1/posts', { text, visibility: 'friends', media });
}

async function upload(node: OwnedNode, index: number): Promise<string> {
  const answer = await fetch(`${node.url}/api/v1/media?name=picture.jpg&alt=A%20landscape`, {
    method: 'POST',
    headers: { authorization: node.authorization, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(pictures[index % pictures.length] ?? []),
  });
  if (!answer.ok) throw new Error(`an upload: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { readonly id: string }).id;
}

async function ask(node: OwnedNode, method: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${node.url}${path}`, {
    method,
    headers: { authorization: node.authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}
