// Announcements as the inbox hands them over: whatever order they come in, the newest version stands.
import { makeNode } from '#kit';
import { createHandlers } from '#node/posts/exchange/incoming.ts';
import { keep } from '#node/posts/own/telling.ts';
import type { PostsHost } from '#node/posts/ports.ts';
import * as store from '#node/posts/store.ts';
import { newMessageId, type NodeId } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const author = 'QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51' as NodeId;
const stranger = 'QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh52' as NodeId;
const now = 1_800_000_000_000;
const id = newMessageId(now, new Uint8Array(10));

describe('announcements', () => {
  it('are kept by version, dated at most now, and never bring back what was deleted', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const { db, events } = alice.host;
    let woken = 0;
    // Only what the handlers of announcements and deletions touch.
    const host = {
      db,
      events,
      random: { unit: () => 0.5, bytes: (length: number) => new Uint8Array(length) },
      signer: () => ({ nodeId: alice.nodeId }),
      search: { remove: () => Promise.resolve() },
      people: {
        relationsWith: (_reader: unknown, nodeIds: readonly NodeId[]) =>
          Promise.resolve(
            new Map(nodeIds.map((nodeId) => [nodeId, { friend: nodeId === author, following: false }])),
          ),
      },
    } as unknown as PostsHost;
    const handlers = createHandlers(host, () => {
      woken += 1;
    });
    const message = (from: NodeId, payload: object) =>
      ({ id: newMessageId(now, new Uint8Array(10)), seq: 1, from, receivedAt: now, payload }) as never;
    const share = (version: number, more: object = {}, from = author) =>
      message(from, {
        created_at: '2099-01-01T00:00:00.000Z',
        uri: `orf://${from}/post/${id}`,
        cid: `cid-${version}`,
        version,
        visibility: 'friends',
        size: 1,
        media: 0,
        spread_s: 10,
        ...more,
      });
    const found = () => store.findItem(db.read, { author, id });

    const due = (afterMs: number, absent: NodeId[] = []) =>
      store.dueItems(db.read, { now: now + afterMs, limit: 10, absent });

    assert.deepEqual(await db.write((tx) => handlers.shared(tx, [share(2), share(1), share(3)])), []);
    const item = await found();
    assert.deepEqual([item?.version, item?.cid, item?.createdAt, item?.state], [3, 'cid-3', now, 'waiting']);
    assert.equal((await due(4_999)).length, 0);
    assert.equal((await due(5_000)).length, 1);
    assert.equal((await due(5_000, [stranger])).length, 1);
    assert.equal((await due(5_000, [author])).length, 0);
    assert.equal(await store.nextDue(db.read, [author]), null);
    assert.equal(await store.nextDue(db.read, []), now + 5_000);
    assert.equal(woken, 1);

    const gone = message(author, { created_at: '', uri: `orf://${author}/post/${id}`, version: 4 });
    await db.write((tx) => handlers.deleted(tx, [gone]));
    await db.write((tx) => handlers.shared(tx, [share(4), share(2)]));
    assert.deepEqual([(await found())?.state, (await found())?.version], ['deleted', 4]);

    const outcomes = await db.write((tx) => handlers.shared(tx, [share(1, {}, stranger)]));
    assert.deepEqual(
      outcomes.map(({ refuse }) => refuse.code),
      ['posts/not-followed'],
    );
    assert.equal(await store.findItem(db.read, { author: stranger, id }), undefined);
  });

  it('of what was deleted while its content was on the way keep nothing of it, and no search finds it', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const { db } = alice.host;
    const indexed: string[] = [];
    const host = {
      search: {
        index: (_tx: unknown, entries: readonly { readonly text: string }[]) => {
          indexed.push(...entries.map(({ text }) => text));
          return Promise.resolve();
        },
      },
    } as unknown as PostsHost;
    const item = (version: number) => ({
      author,
      id,
      version,
      createdAt: now,
      editedAt: null,
      visibility: 'friends' as const,
      cid: `cid-${version}`,
      parent: null,
      object: '{}',
      inFeed: true,
    });
    const put = (version: number, text: string) => db.write((tx) => keep(host, tx, item(version), { text }));
    assert.equal(await put(2, 'second'), true);
    assert.equal(await put(1, 'first, late'), false);
    await db.write((tx) => store.bury(tx, [{ author, id, version: 2 }]));
    for (const version of [1, 2, 3]) assert.equal(await put(version, `version ${version}, late`), false);
    assert.equal((await store.findItem(db.read, { author, id }))?.state, 'deleted');
    assert.deepEqual(indexed, ['second']);
  });
});
