// A ticket for a file of a post ends with the right to read the post, and not only after its five minutes.
import { temporaryFolder, type TestNode } from '#kit';
import { federation } from '#node/federation/index.ts';
import { uploadMedia } from '#node/media/api.ts';
import { media } from '#node/media/index.ts';
import * as posts from '#node/posts/api.ts';
import type { Cid, NodeId, Uri } from '#protocol';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { bond, friends, write } from '../posts/friends-rig.ts';

async function upload(node: TestNode): Promise<string> {
  using folder = temporaryFolder();
  const file = `${folder.path}/upload`;
  writeFileSync(file, 'the plans of the garden');
  return (await node.upload(uploadMedia, file, { name: 'plans.bin' })).id;
}

/** A post with a file, a ticket for it in a friend's hands, and what using it answers. */
async function lent() {
  const pair = await friends();
  const { alice, bob } = pair;
  const { id, uri } = await write(alice, 'the plans', {
    visibility: 'friends',
    media: [await upload(alice)],
  });
  const [file] = await alice.door(media).filesOf(uri);
  const cid = file?.cid as Cid;
  const ask = () => bob.door(federation).ask(alice.nodeId as NodeId, 'blob_ticket', { cid, uri: uri as Uri });
  const { ticket } = (await ask()) as { ticket: string };
  const use = async (): Promise<number> => {
    const answer = await alice.fetch(`/orf/v1/blobs/${cid}`, {
      headers: { authorization: `ORF-Ticket ${ticket}` },
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  const edit = (body: { visibility?: 'private'; media?: string[] }) =>
    alice.call(posts.editPost, { params: { id }, body });
  return { alice, bob, id, ask, use, edit, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() };
}

describe('a ticket for a file', () => {
  it('is good while the post may be read, and no more once it has been narrowed', async () => {
    await using all = await lent();
    assert.equal(await all.use(), 200);
    await all.edit({ visibility: 'private' });
    assert.equal(await all.use(), 404);
    await assert.rejects(all.ask(), { code: 'access/not-found' });
  });

  it('is worth nothing once the post is deleted', async () => {
    await using all = await lent();
    await all.alice.call(posts.deletePost, { params: { id: all.id } });
    assert.equal(await all.use(), 404);
  });

  it('is worth nothing once the file was taken out of the post', async () => {
    await using all = await lent();
    await all.edit({ media: [] });
    assert.equal(await all.use(), 404);
  });

  it('is worth nothing once the friendship has ended', async () => {
    await using all = await lent();
    await bond(all.alice, 'remove', 'bob-1');
    assert.equal(await all.use(), 404);
  });
});
