// What every store of the registry must do, whatever database is beneath it. A store's test calls this with its opener.
import type { MailboxLimits, RegistryStore, StoredNode } from '#registry/store/store.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const limits: MailboxLimits = {
  itemsMax: 10,
  bytesMax: 1_000,
  depositorItemsMax: 4,
  depositorBytesMax: 400,
  strangersShare: 0.5,
};

/** No name is free yet. */
const none = { closedBefore: 0, expiredBefore: 0 };

export function storedNode(username: string, overrides: Partial<StoredNode> = {}): StoredNode {
  return {
    node_id: `id-of-${username}`,
    username,
    username_skeleton: username,
    display_name: username.toUpperCase(),
    region: '',
    language: 'fr',
    capabilities: [],
    listed: true,
    log: '{}',
    log_head: '1-x',
    record: '{}',
    record_seq: 1,
    record_expires_at: 2_000,
    signing_key: new Uint8Array(32).fill(3),
    deactivated: false,
    registered_at: 1,
    named_at: 1,
    updated_at: 1,
    last_seen_at: 1,
    ...overrides,
  };
}

/** Registers the suite; `open` gives an empty store that is removed when it is disposed. */
export function storeAcceptance(name: string, open: () => Promise<RegistryStore>): void {
  const deposit = (store: RegistryStore, depositor: string, bytes: number, contact = false) =>
    store.deposit(
      { recipient: 'bob', depositor, contact, box: new Uint8Array(bytes), received_at: 5 },
      limits,
    );

  describe(`the registry store on ${name}`, () => {
    it('gives back what was put, and replaces by id', async () => {
      await using store = await open();
      const node = storedNode('alice', { capabilities: ['documents'] });
      await store.putNode(node, 0, none);
      assert.deepEqual(await store.node(node.node_id), node);
      await store.putNode({ ...node, record_seq: 2, region: 'Lyon' }, 1, none);
      assert.equal((await store.node(node.node_id))?.region, 'Lyon');
      assert.equal(await store.node('nobody'), undefined);
    });

    it('refuses a second node with the same skeleton, and a put that judged an older state', async () => {
      await using store = await open();
      await store.putNode(storedNode('alice'), 0, none);
      await assert.rejects(store.putNode(storedNode('al1ce', { username_skeleton: 'alice' }), 0, none), {
        code: 'registry/username-taken',
      });
      await assert.rejects(store.putNode(storedNode('alice', { record_seq: 9 }), 0, none), {
        code: 'registry/raced',
      });
    });

    it('takes a name from a node that was closed or expired long enough ago, which then has none', async () => {
      const other = storedNode('ada2', { username: 'ada', username_skeleton: 'ada', named_at: 9 });
      for (const [lost, freed] of [
        [
          { deactivated: true, updated_at: 50 },
          { closedBefore: 51, expiredBefore: 0 },
        ],
        [{ record_expires_at: 50 }, { closedBefore: 0, expiredBefore: 51 }],
      ] as const) {
        await using store = await open();
        await store.putNode(storedNode('ada', lost), 0, none);
        const early = { closedBefore: 50, expiredBefore: 50 };
        await assert.rejects(store.putNode(other, 0, early), { code: 'registry/username-taken' });
        await store.putNode(other, 0, freed);
        assert.equal((await store.node('id-of-ada'))?.username, '');
        const found = await store.discover({ text: 'ada', limit: 9, now: 0 });
        assert.deepEqual(
          found.map(({ node_id, named_at }) => [node_id, named_at]),
          [['id-of-ada2', 9]],
        );
      }
      await using store = await open();
      await store.putNode(storedNode('ada', { updated_at: 50 }), 0, none);
      await assert.rejects(store.putNode(other, 0, { closedBefore: 51, expiredBefore: 51 }), {
        code: 'registry/username-taken',
      });
    });

    it('lets exactly one of two registrations of one name at once succeed', async () => {
      await using store = await open();
      const results = await Promise.allSettled([
        store.putNode(storedNode('one', { username_skeleton: 'same' }), 0, none),
        store.putNode(storedNode('two', { username_skeleton: 'same' }), 0, none),
      ]);
      assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    });

    it('finds words by their beginnings, without accents, in order, from a place, up to a limit', async () => {
      await using store = await open();
      for (const name of ['ben', 'ada', 'cleo']) await store.putNode(storedNode(name), 0, none);
      await store.putNode(storedNode('dede', { display_name: 'Été Doré' }), 0, none);
      const [ada] = await store.discover({ username: 'ada', limit: 1, now: 0 });
      // A page of a hundred nodes must not read a hundred identity logs.
      assert.deepEqual(
        ['log', 'record', 'signing_key'].filter((name) => ada === undefined || name in ada),
        [],
      );
      const find = async (query: object): Promise<string[]> =>
        (await store.discover({ limit: 10, now: 1_000, ...query })).map(({ username }) => username);
      assert.deepEqual(await find({}), ['ada', 'ben', 'cleo', 'dede']);
      assert.deepEqual(await find({ after: 'ada', limit: 2 }), ['ben', 'cleo']);
      assert.deepEqual(await find({ text: 'ete dor' }), ['dede']);
      assert.deepEqual(await find({ text: 'dede', display_name: 'ete' }), ['dede']);
      assert.deepEqual(await find({ text: '***' }), []);
      assert.deepEqual(await find({ now: 2_000 }), []);
    });

    it('moves the last sign of life forward only', async () => {
      await using store = await open();
      await store.putNode(storedNode('alice'), 0, none);
      await store.seen(
        new Map([
          ['id-of-alice', 50],
          ['nobody', 60],
        ]),
      );
      await store.seen(new Map([['id-of-alice', 40]]));
      assert.equal((await store.node('id-of-alice'))?.last_seen_at, 50);
    });

    it('stores boxes in order and deletes only what its recipient acknowledges', async () => {
      await using store = await open();
      const first = await deposit(store, 'a', 1);
      await deposit(store, 'a', 2);
      const items = await store.items('bob', 10);
      assert.deepEqual(
        items.map(({ box }) => box.length),
        [1, 2],
      );
      assert.ok(first.stored);
      assert.equal(await store.acknowledge('mallory', [first.item_id]), 0);
      assert.equal(await store.acknowledge('bob', [first.item_id, '999']), 1);
      assert.equal(await store.acknowledge('bob', [first.item_id]), 0);
      assert.equal((await store.items('bob', 10)).length, 1);
    });

    it('bounds a depositor, strangers together, and the whole, and frees what is acknowledged', async () => {
      await using store = await open();
      for (let i = 0; i < 4; i += 1) assert.equal((await deposit(store, 'a', 10)).stored, true);
      assert.equal((await deposit(store, 'a', 10)).stored, false, 'one depositor');
      assert.equal((await deposit(store, 'b', 10)).stored, true);
      assert.equal((await deposit(store, 'c', 10)).stored, false, 'strangers together');
      for (const friend of ['d', 'e', 'f', 'g', 'h'])
        assert.equal((await deposit(store, friend, 10, true)).stored, true);
      assert.equal((await deposit(store, 'i', 10, true)).stored, false, 'the whole');
      const [item] = await store.items('bob', 1);
      await store.acknowledge('bob', [item?.item_id ?? '']);
      assert.equal((await deposit(store, 'i', 10, true)).stored, true);
      assert.equal((await deposit(store, 'j', 401, true)).stored, false, 'bytes of a depositor');
    });

    it('never lets deposits at once pass a limit together', async () => {
      await using store = await open();
      const results = await Promise.all(Array.from({ length: 12 }, () => deposit(store, 'a', 1, true)));
      assert.equal(results.filter(({ stored }) => stored).length, limits.depositorItemsMax);
    });

    it('remembers contacts, beside the mailbox totals', async () => {
      await using store = await open();
      assert.equal(await store.contacts('bob'), undefined);
      await deposit(store, 'a', 1);
      await store.setContacts('bob', 'salt', ['x', 'y']);
      await deposit(store, 'a', 1);
      const contacts = await store.contacts('bob');
      assert.equal(contacts?.salt, 'salt');
      assert.deepEqual([...contacts.digests], ['x', 'y']);
      assert.equal((await store.counts(0)).items, 2);
    });

    it('drops old boxes in bounded steps', async () => {
      await using store = await open();
      for (let i = 0; i < 3; i += 1) await deposit(store, 'a', 1);
      assert.equal(await store.expire(5, 10), 0);
      assert.equal(await store.expire(6, 2), 2);
      assert.equal(await store.expire(6, 2), 1);
      assert.equal((await store.counts(0)).items, 0);
    });
  });
}
