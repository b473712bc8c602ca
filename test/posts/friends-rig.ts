// Nodes that know each other, for the tests of people and posts.
import { eventually, makeNode, type TestNode } from '#kit';
import * as people from '#node/people/api.ts';
import * as posts from '#node/posts/api.ts';

export const bond = (node: TestNode, action: people.BondAction, who: string) =>
  node.call(people.changeBond, { params: { action }, body: { who } });

export async function connections(node: TestNode): Promise<people.ShownConnection[]> {
  return (await node.call(people.listConnections, { query: {} })).items;
}

/** What one node says of another: `friend:accepted`, or nothing. */
export async function bondWith(node: TestNode, other: TestNode): Promise<string | undefined> {
  const found = (await connections(node)).find(({ node_id }) => node_id === other.nodeId);
  return found === undefined ? undefined : `${found.relationship}:${found.status}`;
}

export async function befriend(one: TestNode, other: TestNode): Promise<void> {
  await one.call(people.addFriend, { body: { who: other.url } });
  await eventually('the request arrives', async () => (await bondWith(other, one)) === 'friend:pending');
  await bond(other, 'accept', one.name);
  await eventually('the acceptance arrives', async () => (await bondWith(one, other)) === 'friend:accepted');
}

export async function friends(): Promise<{ alice: TestNode; bob: TestNode } & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  try {
    const alice = stack.use(await makeNode({ name: 'alice-1' }));
    const bob = stack.use(await makeNode({ name: 'bob-1' }));
    await befriend(alice, bob);
    return { alice, bob, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

export const write = (
  node: TestNode,
  text: string,
  more: { visibility?: 'public' | 'friends' | 'private'; reply_to?: string; media?: string[] } = {},
) => node.call(posts.createPost, { body: { text, ...more } });

export const feed = async (node: TestNode) => (await node.call(posts.readFeed, { query: {} })).items;

export const texts = async (node: TestNode): Promise<string[]> => (await feed(node)).map(({ text }) => text);

/** Waits until a text stands in somebody's feed. */
export const reads = (node: TestNode, text: string) =>
  eventually(`${node.name} reads "${text}"`, async () =>
    (await feed(node)).find((post) => post.text === text),
  );
