// The node's own identity, its record and its recovery kit, on a real encrypted database.
import { fakeClock } from '#kit';
import { access } from '#node/access/index.ts';
import { createNode, identity, type NewNode } from '#node/identity/index.ts';
import { vault } from '#node/vault/index.ts';
import type { Host } from '#kernel/feature.ts';
import {
  AppError,
  fromUtf8,
  parseRecord,
  seedFromWords,
  signingKeyFromSeed,
  keyHash,
  verifyFor,
  verifyIdentityLog,
  verifyRecord,
} from '#protocol';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inFolder, makeRig } from './rig.ts';

const features = [vault, identity, access];
const alice: NewNode = {
  username: 'alice',
  serverUrl: 'http://127.0.0.1:7701',
  displayName: 'Alice Émond',
  language: 'fr',
};
const init =
  (node: NewNode = alice) =>
  async (host: Host) => {
    await createNode(host, node);
  };
const owner = { kind: 'account', account_id: 'a', role: 'owner' } as const;

describe('the node’s own identity', () => {
  it('is made once, verifies for others, and is the same after a restart', async () => {
    await inFolder(async (dataDir) => {
      let before: string;
      {
        await using rig = await makeRig(features, { dataDir, before: init() });
        const door = rig.booted.door(identity);
        const self = door.self();
        before = self.nodeId;
        const verified = await verifyIdentityLog(self.log, { nodeId: self.nodeId });
        assert.deepEqual(verified.signingPublicKey, self.signingKey.publicKey);
        assert.deepEqual(door.party(), {
          node_id: self.nodeId,
          server_url: 'http://127.0.0.1:7701',
          username: 'alice',
        });
        assert.equal(self.displayName, 'Alice Émond');
        assert.equal(door.generation(), 1);
        assert.ok(self.did.endsWith(':node.invalid'));
        const bytes = new Uint8Array([1, 2, 3]);
        assert.ok(await verifyFor('request', self.signingKey.publicKey, bytes, door.sign('request', bytes)));
      }
      await using again = await makeRig(features, { dataDir });
      assert.equal(again.booted.door(identity).self().nodeId, before);
    });
  });

  it('refuses a second identity in the same folder and leaves the first as it was', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir, before: init() });
      const { nodeId } = rig.booted.door(identity).self();
      await assert.rejects(createNode(rig.host, { ...alice, username: 'mallory' }), {
        code: 'identity/exists',
      });
      await using again = await makeRig(features, { dataDir });
      assert.equal(again.booted.door(identity).self().nodeId, nodeId);
      assert.equal(again.booted.door(identity).self().username, 'alice');
    });
  });

  it('refuses a username that the protocol refuses, and stores nothing', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      await assert.rejects(createNode(rig.host, { ...alice, username: 'Alice' }), {
        code: 'names/upper-case',
      });
      await assert.rejects(createNode(rig.host, { ...alice, username: 'admin' }), { code: 'names/reserved' });
      assert.throws(() => rig.booted.door(identity).self(), { code: 'identity/none' });
    });
  });

  it('starts without an identity, and every use says how to make one', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir });
      const door = rig.booted.door(identity);
      for (const use of [() => door.self(), () => door.party(), () => door.generation(), () => door.kit()]) {
        assert.throws(use, { code: 'identity/none' });
      }
      await assert.rejects(door.record(), { code: 'identity/none' });
    });
  });

  it('takes a public https name into its DID, and no address or single label', async () => {
    const hostOf = async (serverUrl: string): Promise<string> => {
      let did = '';
      await inFolder(async (dataDir) => {
        await using rig = await makeRig(features, { dataDir });
        ({ did } = await createNode(rig.host, { ...alice, serverUrl }));
      });
      return did.split(':').slice(3).join(':');
    };
    assert.equal(await hostOf('https://alice.example'), 'alice.example');
    assert.equal(await hostOf('https://alice.example:8443'), 'alice.example%3A8443');
    assert.equal(await hostOf('http://alice.example'), 'node.invalid');
    assert.equal(await hostOf('https://192.168.1.4'), 'node.invalid');
    assert.equal(await hostOf('https://nas'), 'node.invalid');
  });

  it('leaves no key in the clear on disk', async () => {
    await inFolder(async (dataDir) => {
      let needles: Buffer[] = [];
      {
        await using rig = await makeRig(features, { dataDir, before: init() });
        const { secrets } = rig.booted.door(vault);
        const names = ['signing', 'next-signing', 'recovery', 'transport', 'claim'];
        const found = await Promise.all(names.map((name) => secrets.get(`identity/${name}`)));
        needles = found.map((secret) => Buffer.from(secret ?? assert.fail('a secret is missing')));
        await rig.booted.door(identity).record();
      }
      const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
      const claimFile = files.filter(({ name }) => name === 'claim.json');
      assert.equal(claimFile.length, 1, 'the search sees the files');
      for (const file of files) {
        const bytes = readFileSync(join(file.parentPath, file.name));
        for (const needle of needles) assert.equal(bytes.indexOf(needle), -1, file.name);
      }
    });
  });
});

describe('the node record', () => {
  it('verifies against the identity, and is signed anew after twelve hours with a higher seq', async () => {
    await inFolder(async (dataDir) => {
      const clock = fakeClock();
      await using rig = await makeRig(features, { dataDir, clock, before: init() });
      const door = rig.booted.door(identity);
      const first = parseRecord(await door.record());
      await verifyRecord(first, door.verified(), { nowMs: clock.now() });
      assert.deepEqual(first.record.server_urls, ['http://127.0.0.1:7701']);
      clock.step(clock.now() + 11 * 3_600_000);
      assert.deepEqual(await door.record(), first.bytes);
      clock.step(clock.now() + 3_600_000);
      const second = parseRecord(await door.record());
      assert.ok(second.record.seq > first.record.seq);
      await verifyRecord(second, door.verified(), { nowMs: clock.now(), lastSeq: first.record.seq });
    });
  });

  it('is kept over a restart, and renewed and announced when the address has changed', async () => {
    await inFolder(async (dataDir) => {
      const clock = fakeClock();
      let first: Uint8Array;
      {
        await using rig = await makeRig(features, { dataDir, clock, before: init() });
        first = await rig.booted.door(identity).record();
      }
      {
        await using rig = await makeRig(features, { dataDir, clock });
        assert.deepEqual(await rig.booted.door(identity).record(), first);
      }
      await using moved = await makeRig(features, { dataDir, clock, serverUrl: 'https://alice.example' });
      const announced = new Promise<Uint8Array>((resolve) => {
        moved.booted.door(identity).onRecordChanged(resolve);
      });
      const record = await moved.booted.door(identity).record();
      assert.deepEqual(await announced, record);
      assert.deepEqual(parseRecord(record).record.server_urls, ['https://alice.example']);
      assert.ok(parseRecord(record).record.seq > parseRecord(first).record.seq);
    });
  });

  it('never lowers its seq when the clock goes back', async () => {
    await inFolder(async (dataDir) => {
      const clock = fakeClock();
      await using rig = await makeRig(features, { dataDir, clock, before: init() });
      const door = rig.booted.door(identity);
      const first = parseRecord(await door.record()).record;
      clock.step(clock.now() - 24 * 3_600_000);
      const second = parseRecord(await door.record()).record;
      assert.equal(second.seq, first.seq + 2);
    });
  });

  it('leaves out a loopback or private address for a registry where it means nothing', async () => {
    const urlsFor = async (serverUrl: string, readerUrl: string): Promise<readonly string[]> => {
      let urls: readonly string[] = [];
      await inFolder(async (dataDir) => {
        const clock = fakeClock();
        await using rig = await makeRig(features, { dataDir, clock, serverUrl, before: init() });
        const door = rig.booted.door(identity);
        const parsed = parseRecord(await door.recordFor(readerUrl));
        await verifyRecord(parsed, door.verified(), { nowMs: clock.now() });
        const whole = parseRecord(await door.record());
        urls = parsed.record.server_urls;
        assert.deepEqual(await door.recordFor(readerUrl), parsed.bytes);
        // Whoever has the whole record keeps it when the other one turns up.
        assert.equal(parsed.record.seq, urls.length === 0 ? whole.record.seq - 1 : whole.record.seq);
      });
      return urls;
    };
    const [loopback, lan, open] = ['http://127.0.0.1:7701', 'http://192.168.1.4:7701', 'https://a.example'];
    assert.deepEqual(await urlsFor(loopback, 'http://localhost:7700'), [loopback]);
    assert.deepEqual(await urlsFor(loopback, 'http://192.168.1.9:7700'), []);
    assert.deepEqual(await urlsFor(loopback, 'https://registry.example'), []);
    assert.deepEqual(await urlsFor(lan, 'http://192.168.1.9:7700'), [lan]);
    assert.deepEqual(await urlsFor(lan, 'https://registry.example'), []);
    assert.deepEqual(await urlsFor(open, 'https://registry.example'), [open]);
  });

  it('is made once when many ask at the same moment', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir, before: init() });
      const door = rig.booted.door(identity);
      const records = await Promise.all(Array.from({ length: 20 }, () => door.record()));
      assert.equal(new Set(records.map(fromUtf8)).size, 1);
    });
  });
});

const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : '');

describe('the recovery kit', () => {
  it('is not erased by guessing: after five wrong answers it must be shown again', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig(features, { dataDir, before: init() });
      const kit = rig.booted.door(identity).kit();
      const { words, check } = await kit.show(owner, 'en');
      const asked = check.map((position) => words[position - 1] ?? '');
      const guesses = await Promise.allSettled(
        Array.from({ length: 8 }, () => kit.confirm(owner, ['zebra', 'abandon'])),
      );
      const codes = guesses.map((guess) => (guess.status === 'rejected' ? codeOf(guess.reason) : ''));
      assert.equal(codes.filter((code) => code === 'identity/kit-words').length, 5);
      assert.equal(codes.filter((code) => code === 'identity/kit-not-shown').length, 3);
      await assert.rejects(kit.confirm(owner, asked), { code: 'identity/kit-not-shown' });
      assert.equal(rig.booted.door(identity).recoveryState(), 'unconfirmed');
      const again = await kit.show(owner, 'en');
      await kit.confirm(
        owner,
        again.check.map((position) => words[position - 1] ?? ''),
      );
    });
  });

  it('shows the committed recovery key until two asked words confirm it, and is then erased', async () => {
    await inFolder(async (dataDir) => {
      {
        await using rig = await makeRig(features, { dataDir, before: init() });
        const door = rig.booted.door(identity);
        assert.equal(door.recoveryState(), 'unconfirmed');
        await assert.rejects(door.kit().confirm(owner, ['un', 'deux']), { code: 'identity/kit-not-shown' });
        const kit = await door.kit().show(owner, 'fr');
        const { publicKey } = signingKeyFromSeed(seedFromWords(kit.words));
        assert.equal(keyHash(publicKey), door.verified().recoveryHash);
        const [a = 0, b = 0] = kit.check;
        const asked = [kit.words[a - 1] ?? '', kit.words[b - 1] ?? ''];
        await assert.rejects(door.kit().confirm(owner, [...asked].reverse()), { code: 'identity/kit-words' });
        await assert.rejects(door.kit().confirm(owner, asked.slice(0, 1)), { code: 'identity/kit-words' });
        assert.equal(door.recoveryState(), 'unconfirmed');
        await door.kit().confirm(
          owner,
          asked.map((word) => word.toUpperCase()),
        );
        assert.equal(door.recoveryState(), 'confirmed');
        assert.equal(await rig.booted.door(vault).secrets.get('identity/recovery'), undefined);
        await assert.rejects(door.kit().show(owner, 'fr'), { code: 'identity/kit-confirmed' });
        const events = await rig.events.since(0, 100);
        assert.ok(events.some(({ type }) => type === 'identity.kit_confirmed'));
        assert.ok(!JSON.stringify(events).includes(asked[0] ?? '?'));
      }
      await using again = await makeRig(features, { dataDir });
      assert.equal(again.booted.door(identity).recoveryState(), 'confirmed');
      await assert.rejects(again.booted.door(identity).kit().confirm(owner, ['x', 'y']), {
        code: 'identity/kit-confirmed',
      });
    });
  });
});
