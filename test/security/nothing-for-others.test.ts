// L9: others walk every id of a node that is full of things, over HTTP and with signed questions, and cannot tell
// what exists from what does not. The ids are read off every list of the owner; the walk comes from the route table.
import { claimNode, eventually, signIn, temporaryFolder, type TestNode } from '#kit';
import { sendMessage } from '#node/conversations/api.ts';
import { discovery } from '#node/discovery/index.ts';
import { federation } from '#node/federation/index.ts';
import { media } from '#node/media/index.ts';
import { uploadMedia } from '#node/media/api.ts';
import * as posts from '#node/posts/api.ts';
import { startExport } from '#node/portability/api.ts';
import type { JsonObject, NodeId } from '#protocol';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { makeSigner, type Signer } from '../federation/rig.ts';
import { friends, reads, write } from '../posts/friends-rig.ts';
import { MADE_UP_ID, sampleRequest } from './samples.ts';

const SECRET = 'quetschenkuchen';
const UNKNOWN_CID = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';

async function picture(node: TestNode, colour: string): Promise<string> {
  const create = { width: 600, height: 500, channels: 3, background: colour } as const;
  using folder = temporaryFolder();
  const file = join(folder.path, 'upload');
  writeFileSync(file, await sharp({ create }).png().toBuffer());
  return (await node.upload(uploadMedia, file, { name: `${SECRET}.png` })).id;
}

/** One post of each visibility with a picture, an answer and a reaction, a message with a file, a session, an export. */
async function fill(alice: TestNode, bob: TestNode): Promise<Record<'friends' | 'private', string>> {
  const uris = { friends: '', private: '' };
  for (const visibility of ['friends', 'private'] as const) {
    const colour = visibility === 'friends' ? '#aa3311' : '#33aa11';
    const written = await write(alice, `${SECRET} ${visibility}`, {
      visibility,
      media: [await picture(alice, colour)],
    });
    uris[visibility] = written.uri;
  }
  await reads(bob, `${SECRET} friends`);
  await write(bob, `${SECRET} answer`, { reply_to: uris.friends });
  await bob.call(posts.react, { params: { id: uris.friends }, body: { value: '❤' } });
  const files = [await picture(alice, '#1133aa')];
  await alice.call(sendMessage, { body: { who: bob.nodeId, text: SECRET, files } });
  await picture(alice, '#aaaaaa');
  await alice.call(startExport, { body: { folder: join(alice.dataDir, 'export') } });
  await eventually('the answer has come', async () => {
    const thread = await alice.call(posts.readThread, { params: { id: uris.friends } });
    return thread.replies.length > 0;
  });
  return uris;
}

/** Every id that the owner's own routes show. */
async function idsOf(node: TestNode, uris: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  const lists = node.running.booted.routes.filter(
    ({ contract }) => contract.method === 'GET' && contract.audience === 'owner',
  );
  const owner = await signIn(node);
  for (const { contract } of lists) {
    for (const id of contract.params === undefined ? [''] : [...uris, node.nodeId]) {
      const names = [...contract.path.matchAll(/:(\w+)/g)].map(([, name]) => [name, id]);
      const answer = await owner.fetch(sampleRequest(contract, Object.fromEntries(names)).path);
      for (const [id] of (await answer.text()).matchAll(
        /orf:\/\/[\w/-]+|[\da-f]{8}-[\da-f-]{27}|bafkrei\w+|(?<="(?:session|node)_id":")[^"]+/g,
      )) {
        found.add(id);
      }
    }
  }
  assert.ok(found.has(owner.sessionId), 'sessions are among the ids');
  return [...found];
}

interface Told {
  readonly status: number;
  readonly text: string;
}

async function question(
  node: TestNode,
  signer: Signer,
  type: 'content_get' | 'blob_ticket',
  payload: JsonObject,
): Promise<Told> {
  const answer = await node.fetch('/orf/v1/query', {
    method: 'POST',
    headers: { 'content-type': 'application/orf+json' },
    body: Buffer.from(signer.envelope(node.nodeId as NodeId, 0, { type, payload })),
  });
  return { status: answer.status, text: await answer.text() };
}

describe('who is not the owner', () => {
  it('learns nothing from any route, whatever id is tried', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await claimNode(alice);
    const uris = await fill(alice, bob);
    const ended = await signIn(alice);
    const ids = await idsOf(alice, Object.values(uris));
    assert.ok(ids.length > 10, `a full node has more than ${ids.length} ids`);
    assert.equal((await ended.fetch('/api/v1/sign-out', { method: 'POST' })).status, 204);
    const elsewhere = await claimNode(bob);
    const credentials: Record<string, Record<string, string>> = {
      stranger: {},
      'owner of another node': { authorization: `Bearer ${elsewhere.token}` },
      'ended session': { authorization: `Bearer ${ended.token}` },
    };
    const routes = alice.running.booted.routes.filter(
      ({ contract }) => contract.params !== undefined && contract.audience === 'owner',
    );
    assert.ok(routes.length > 15);
    for (const [who, headers] of Object.entries(credentials)) {
      for (const { contract } of routes) {
        const names = [...contract.path.matchAll(/:(\w+)/g)].flatMap(([, name]) => name ?? []);
        // Enumerations and positions are no ids.
        const open = names.filter((name) => !['action', 'index', 'position'].includes(name));
        const ask = async (id: string): Promise<Told> => {
          const params = Object.fromEntries(open.map((name) => [name, id]));
          const { path, init } = sampleRequest(contract, params);
          const answer = await alice.fetch(path, { ...init, headers: { ...init.headers, ...headers } });
          return { status: answer.status, text: await answer.text() };
        };
        const unknown = await ask(MADE_UP_ID);
        for (const id of ids) {
          const told = await ask(id);
          assert.equal(told.status, 401, `${who}, ${contract.id}, ${id}`);
          assert.deepEqual(told, unknown, `${who}, ${contract.id}, ${id}`);
        }
      }
    }
  });

  it('learns nothing from the addresses of sealed files', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const uris = await fill(alice, bob);
    const files = (
      await Promise.all(Object.values(uris).map((uri) => alice.door(media).filesOf(uri)))
    ).flat();
    const cids = files.flatMap(({ cid, thumbnail }) => [cid, thumbnail?.cid ?? cid]);
    assert.equal(new Set(cids).size, 4);
    for (const authorization of ['', 'ORF-Ticket ', 'ORF-Ticket e30', 'Bearer x']) {
      const blob = async (cid: string): Promise<Told> => {
        const answer = await alice.fetch(`/orf/v1/blobs/${cid}`, { headers: { authorization } });
        return { status: answer.status, text: await answer.text() };
      };
      const unknown = await blob(UNKNOWN_CID);
      assert.ok(unknown.status >= 400 && unknown.status < 500);
      for (const cid of cids) assert.deepEqual(await blob(cid), unknown, authorization);
    }
  });

  it('learns nothing from signed questions, whatever id is tried', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await claimNode(alice);
    const uris = await fill(alice, bob);
    const ids = await idsOf(alice, Object.values(uris));
    const stranger = await makeSigner();
    await alice.door(discovery).learn({
      record: Buffer.from(stranger.introduction.record),
      log: stranger.introduction.log,
    });
    const unknown = `orf://${alice.nodeId}/post/${MADE_UP_ID}`;
    const guesses = ids.flatMap((id) => {
      if (id.startsWith('orf://')) return [id];
      if (!/^[\da-f]{8}-/.test(id)) return [];
      const kinds = ['post', 'reply', 'reaction', 'message', 'conversation', 'media', 'export', 'session'];
      return kinds.map((kind) => `orf://${alice.nodeId}/${kind}/${id}`);
    });
    assert.ok(Object.values(uris).every((uri) => guesses.includes(uri)));
    const nothing = await question(alice, stranger, 'content_get', { uri: unknown });
    assert.equal(nothing.status, 404);
    for (const uri of guesses) {
      const told = await question(alice, stranger, 'content_get', { uri });
      // An address of a shape that the protocol does not know is refused as such, whatever it names.
      if (told.status !== 400 && told.status !== 422) assert.deepEqual(told, nothing, uri);
    }
    const file = { uri: unknown, cid: UNKNOWN_CID };
    const noFile = await question(alice, stranger, 'blob_ticket', file);
    assert.equal(noFile.status, 404);
    const attached = (await Promise.all(guesses.map((uri) => alice.door(media).filesOf(uri)))).flat();
    assert.ok(attached.length >= 2);
    const cids = attached.flatMap(({ cid, thumbnail }) => [cid, thumbnail?.cid ?? cid]);
    for (const cid of cids) {
      for (const uri of [...Object.values(uris), `orf://${alice.nodeId}/profile/avatar`]) {
        assert.deepEqual(await question(alice, stranger, 'blob_ticket', { cid, uri }), noFile, uri);
      }
    }
  });

  it('is given a friend’s share and no more', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const uris = await fill(alice, bob);
    const ask = (type: 'content_get' | 'blob_ticket', payload: { uri: string; cid?: string }) =>
      bob.door(federation).ask(alice.nodeId as NodeId, type, payload as never);
    const refused = (error: unknown): boolean => (error as { code?: string }).code === 'access/not-found';
    const [shared] = await alice.door(media).filesOf(uris.friends);
    const [hidden] = await alice.door(media).filesOf(uris.private);
    assert.ok(shared !== undefined && hidden !== undefined);
    assert.ok(await ask('blob_ticket', { uri: uris.friends, cid: shared.cid }));
    await assert.rejects(ask('content_get', { uri: uris.private }), refused);
    for (const uri of Object.values(uris)) {
      await assert.rejects(ask('blob_ticket', { uri, cid: hidden.cid }), refused);
    }
    await assert.rejects(ask('blob_ticket', { uri: uris.private, cid: shared.cid }), refused);
    const { ticket } = (await ask('blob_ticket', { uri: uris.friends, cid: shared.cid })) as {
      ticket: string;
    };
    const headers = { authorization: `ORF-Ticket ${ticket}` };
    assert.equal((await alice.fetch(`/orf/v1/blobs/${shared.cid}`, { headers })).status, 200);
    assert.equal((await alice.fetch(`/orf/v1/blobs/${hidden.cid}`, { headers })).status, 401);
  });
});
