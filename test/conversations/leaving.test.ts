// Leaving a conversation: the other node learns it and nothing more is sealed for who has left; a node that sends all
// the same is refused. Coming back undoes it, and everybody else's conversations go on.
import { eventually, gatedNetwork, makeNode, makeRegistry, unreachable, type TestNode } from '#kit';
import { changeThread, listMessages, listThreads, type ThreadAction } from '#node/conversations/api.ts';
import { discovery } from '#node/discovery/index.ts';
import { searchRoute } from '#node/search/api.ts';
import { AppError } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeSigner, overHttp, type Peer } from '../federation/rig.ts';
import { openNode } from '../scenarios/opened-node.ts';
import { befriend, makeTown, read, requests, say, sealedEnvelope, written } from './rig.ts';

const withCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;
const change = (node: TestNode, action: ThreadAction, who: string): Promise<unknown> =>
  node.call(changeThread, { params: { action }, body: { who } });

async function conversation(node: TestNode, who: string): Promise<unknown> {
  return (await node.call(listMessages, { query: { who } })).conversation;
}

async function listed(node: TestNode): Promise<string[]> {
  return (await node.call(listThreads, { query: {} })).items.map(({ node_id }) => node_id);
}

const left = (node: TestNode, who: string): Promise<boolean> =>
  eventually(`${node.name} learns that ${who} has left`, async () => {
    const shown = (await conversation(node, who)) as { they_left: boolean } | null;
    return shown?.they_left === true;
  });

/** The types of all envelopes that a node sends to an address, as they stand in the bytes. */
function tapped(): { readonly network: ReturnType<typeof gatedNetwork>; typesTo: (url: string) => string[] } {
  const network = gatedNetwork();
  const sent: { readonly url: string; readonly body: string }[] = [];
  const request = network.request.bind(network);
  network.request = (asked) => {
    const { url, body } = asked;
    sent.push({ url, body: body === undefined ? '' : Buffer.from(body).toString('latin1') });
    return request(asked);
  };
  return {
    network,
    typesTo: (url) =>
      sent
        .filter((one) => one.url.startsWith(`${url}/orf/v1/inbox`))
        .flatMap(({ body }) =>
          [...body.matchAll(/"type":"([a-z_]+)","version"/g)].map(([, type = '']) => type),
        ),
  };
}

describe('leaving a conversation', () => {
  it('is learnt by the other node, which seals nothing more for who has left, and talks on with others', async () => {
    await using registry = await makeRegistry();
    const tap = tapped();
    const common = { registry: registry.url };
    await using alice = await makeNode({ name: 'alice', ...common });
    await using bob = await makeNode({ name: 'bob', ...common, network: tap.network });
    await using carol = await makeNode({ name: 'carol', ...common });
    for (const node of [alice, bob, carol])
      await eventually('registered', () => node.door(discovery).registered());
    await befriend(alice, bob);
    await befriend(carol, bob);
    await say(bob, 'alice', 'Rendez-vous au marché.');
    await eventually('alice has it', async () => (await read(alice)).length === 1);
    const sealed = (): number => tap.typesTo(alice.url).filter((type) => type === 'direct_message').length;
    assert.equal(sealed(), 1);

    await change(alice, 'leave', 'bob');
    await left(bob, 'alice');
    assert.deepEqual(await conversation(alice, 'bob'), { status: 'left', they_left: false });
    await assert.rejects(say(bob, 'alice', 'Tu es là ?'), withCode('conversations/they-left'));
    await say(bob, 'carol', 'Alice ne vient pas.');
    await eventually('carol has it', async () => (await read(carol)).length === 1);
    assert.equal(sealed(), 1);
    assert.deepEqual(await listed(alice), []);
    // Left, not deleted: the words are found, and asked for by the person.
    const found = await alice.call(searchRoute, { query: { q: 'marché' } });
    assert.equal(found.items.length, 1);
    assert.deepEqual(
      (await read(alice, 'bob')).map(({ text }) => text),
      ['Rendez-vous au marché.'],
    );
    await assert.rejects(change(alice, 'leave', 'bob'), withCode('conversations/no-conversation'));
    await assert.rejects(change(alice, 'leave', 'carol'), withCode('conversations/no-conversation'));
  });

  it('is undone by coming back, and by writing again, also after both have left', async () => {
    await using town = await makeTown('alice', 'bob');
    const { alice, bob } = town.people;
    await befriend(alice, bob);
    await say(bob, 'alice', 'one');
    await eventually('alice has it', async () => (await read(alice)).length === 1);
    await assert.rejects(change(alice, 'reopen', 'bob'), withCode('conversations/no-conversation'));
    await alice.ored('message', 'leave', 'bob');
    await left(bob, 'alice');
    await alice.ored('message', 'reopen', 'bob');
    await eventually('bob can write', async () => (await say(bob, 'alice', 'two')).text === 'two');
    await eventually('alice has both', async () => (await read(alice)).length === 2);

    await change(alice, 'leave', 'bob');
    await left(bob, 'alice');
    await change(bob, 'leave', 'alice');
    await left(alice, 'bob');
    await assert.rejects(say(alice, 'bob', 'anybody?'), withCode('conversations/they-left'));
    await change(alice, 'reopen', 'bob');
    await eventually('bob can write', async () => (await say(bob, 'alice', 'three')).text === 'three');
    await eventually('alice has it', async () => (await read(alice)).at(-1)?.text === 'three');
    await say(alice, 'bob', 'four');
    await eventually('they talk', async () => (await read(bob)).at(-1)?.text === 'four');
    assert.deepEqual(await listed(alice), [bob.nodeId]);
    assert.deepEqual(await listed(bob), [alice.nodeId]);
  });

  it('cancels what waited for who has left, although it was tried before', async () => {
    await using registry = await makeRegistry();
    const tap = tapped();
    await using alice = await makeNode({ name: 'alice', registry: registry.url });
    await using bob = await makeNode({ name: 'bob', registry: registry.url, network: tap.network });
    for (const node of [alice, bob]) await eventually('registered', () => node.door(discovery).registered());
    await befriend(alice, bob);
    await say(alice, 'bob', 'hello');
    await eventually('bob has it', async () => (await read(bob)).length === 1);
    let tried = false;
    tap.network.gate = (url) => {
      if (!/inbox|messages\/route/.test(url)) return;
      tried = true;
      throw unreachable();
    };
    const waiting = await say(bob, 'alice', 'Never mind.');
    await eventually('it was tried', () => tried);
    await change(alice, 'leave', 'bob');
    await left(bob, 'alice');
    tap.network.gate = () => undefined;
    const last = (await read(bob, 'alice')).at(-1);
    assert.deepEqual([last?.id, last?.delivery], [waiting.id, 'cancelled']);
    // The numbers go on without it: what comes after her return arrives.
    await change(alice, 'reopen', 'bob');
    await eventually('bob can write', async () => (await say(bob, 'alice', 'Back?')).text === 'Back?');
    await eventually('alice has it', async () => (await read(alice)).at(-1)?.text === 'Back?');
    assert.deepEqual(
      (await read(alice)).map(({ text }) => text),
      ['hello', 'Back?'],
    );
  });

  it('refuses a node that writes all the same, and keeps none of its bytes', async () => {
    await using alice = await makeNode({ name: 'alice' });
    const mallory = await makeSigner();
    const inbox = (bytes: Uint8Array): ReturnType<typeof overHttp.inbox> =>
      overHttp.inbox(alice as unknown as Peer, bytes);
    await overHttp.introduce(alice as unknown as Peer, mallory);
    await inbox(await sealedEnvelope(mallory, alice, 1, written('hello')));
    await eventually('the request has come', async () => (await requests(alice))[0]?.text !== undefined);
    await change(alice, 'accept', mallory.nodeId);
    await change(alice, 'leave', mallory.nodeId);
    const [kept, late] = await Promise.all(
      [2, 3].map((n) => sealedEnvelope(mallory, alice, n, written('and another thing'))),
    );
    assert.ok(kept !== undefined && late !== undefined);
    await change(alice, 'reopen', mallory.nodeId);
    await inbox(kept);
    await change(alice, 'leave', mallory.nodeId);
    const { receipt } = await inbox(late);
    assert.deepEqual(
      receipt?.lines.map(({ verdict, code }) => [verdict, code]),
      [['refused', 'conversations/left']],
    );
    await eventually(
      'what came before is opened',
      async () => (await read(alice, mallory.nodeId)).length === 2,
    );
    await alice.stop();
    const { cells } = await openNode(alice.dataDir);
    assert.ok(cells.includes(idOf(kept)));
    assert.ok(!cells.includes(ciphertextOf(late)));
  });
});

interface Sealed {
  readonly id: string;
  readonly payload: { readonly ciphertext: string };
}
const parsed = (envelope: Uint8Array): Sealed => JSON.parse(Buffer.from(envelope).toString()) as Sealed;
const idOf = (envelope: Uint8Array): string => parsed(envelope).id;
const ciphertextOf = (envelope: Uint8Array): string => parsed(envelope).payload.ciphertext;
