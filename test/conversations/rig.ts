// Two or three real nodes that know each other through a registry, and what a test asks of them.
import { eventually, makeNode, makeRegistry, type TestNode, type TestRegistry } from '#kit';
import { listMessages, listThreads, sendMessage, type ShownMessage } from '#node/conversations/api.ts';
import { discovery } from '#node/discovery/index.ts';
import { identity } from '#node/identity/index.ts';
import { addFriend, changeBond, listConnections } from '#node/people/api.ts';
import {
  directMessageAad,
  envelopeSeq,
  newMessageId,
  randomBytes,
  seal,
  toBase64Url,
  utf8,
  type EnvelopeFields,
  type JsonObject,
} from '#protocol';
import { sealDirectMessage, type DirectMessageContent } from '#protocol/messages';
import type { Signer } from '../federation/rig.ts';

export interface Town extends AsyncDisposable {
  readonly registry: TestRegistry;
  readonly people: Readonly<Record<string, TestNode>>;
}

/** A registry and registered nodes of these names. */
export async function makeTown<Name extends string>(
  ...names: readonly Name[]
): Promise<Town & { readonly people: Readonly<Record<Name, TestNode>> }> {
  const stack = new AsyncDisposableStack();
  const registry = stack.use(await makeRegistry());
  const people = await Promise.all(
    names.map(async (name) => {
      const node = stack.use(await makeNode({ name, registry: registry.url }));
      await eventually(`${name} is registered`, () => node.door(discovery).registered());
      return [name, node] as const;
    }),
  );
  return {
    registry,
    people: Object.fromEntries(people) as Record<Name, TestNode>,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Makes two people friends, as they would. */
export async function befriend(a: TestNode, b: TestNode): Promise<void> {
  await a.call(addFriend, { body: { who: b.name } });
  await eventually('the request has come', async () => {
    await b.call(changeBond, { params: { action: 'accept' }, body: { who: a.name } });
    return true;
  });
  await eventually('both are friends', async () => {
    const { items } = await a.call(listConnections, { query: {} });
    return items.some(({ node_id, status }) => node_id === b.nodeId && status === 'accepted');
  });
}

/** Messages as the owner reads them, oldest first. */
export async function read(node: TestNode, who?: string): Promise<ShownMessage[]> {
  const { items } = await node.call(listMessages, { query: who === undefined ? {} : { who } });
  return items.toReversed();
}

export async function say(node: TestNode, who: string, text: string): Promise<ShownMessage> {
  return node.call(sendMessage, { body: { who, text } });
}

/** The texts of the people whose messages wait for `node`. */
export async function requests(node: TestNode): Promise<{ node_id: string; text: string | undefined }[]> {
  const { items } = await node.call(listThreads, { query: { status: 'request' } });
  return items.map(({ node_id, newest }) => ({ node_id, text: newest?.text }));
}

/** An envelope with a direct message for `to`, sealed as a node would seal it, or as `change` says. */
export async function sealedEnvelope(
  signer: Signer,
  to: TestNode,
  n: number,
  content: DirectMessageContent | Uint8Array,
  change: { readonly as?: Partial<EnvelopeFields>; readonly payload?: JsonObject } = {},
): Promise<Uint8Array> {
  const { publicKey } = to.door(identity).self().sealingKeys.current;
  const fields = {
    id: newMessageId(Date.now(), randomBytes(10)),
    type: 'direct_message',
    seq: envelopeSeq(1, n),
    from: {
      node_id: signer.nodeId,
      server_url: signer.serverUrl,
      username: signer.username,
    },
    to: {
      node_id: to.door(identity).self().nodeId,
      server_url: to.url,
      username: to.name,
    },
    ...change.as,
  };
  const payload =
    content instanceof Uint8Array
      ? await sealBytes(fields, content, publicKey)
      : ((await sealDirectMessage(fields, content, publicKey)) as unknown as JsonObject);
  return signer.envelope(fields.to.node_id, n, {
    ...fields,
    ...change.as,
    payload: { ...payload, ...change.payload },
  });
}

async function sealBytes(
  fields: Pick<EnvelopeFields, 'id' | 'type' | 'seq' | 'from' | 'to'>,
  plaintext: Uint8Array,
  to: Uint8Array,
): Promise<JsonObject> {
  const aad = directMessageAad(fields);
  const { enc, ciphertext } = await seal({ to, info: utf8('ORF/1 direct_message\0'), aad, plaintext });
  return { scheme: 'hpke', enc: toBase64Url(enc), ciphertext: toBase64Url(ciphertext) };
}

/** A content with this text, written now. */
export function written(text: string, rest: Partial<DirectMessageContent> = {}): DirectMessageContent {
  return { version: 1, created_at: new Date().toISOString(), text, ...rest };
}
