// docs/security.md F1 to F17, F19, F27 of the inbox, over every carrier of frames. Each refusal also asserts: no effect,
// nothing remembered, the node still answers.
import { tables } from '#kernel/db/database.ts';
import { federation } from '#node/federation/index.ts';
import {
  canonicalize,
  concatBytes,
  fromUtf8,
  generateSeed,
  joinBatch,
  signEnvelope,
  signFor,
  signingKeyFromSeed,
  toBase64Url,
  utf8,
  type EnvelopeFields,
  type JsonObject,
} from '#protocol';
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import {
  fakeClock,
  knownSigner,
  makePeer,
  makeSigner,
  overHttp,
  share,
  type Peer,
  type Signer,
  type TestTransport,
} from './rig.ts';

const transports: readonly TestTransport[] = [overHttp];

async function rowsOf(peer: Peer): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT (SELECT count(*) FROM federation_inbox)
    + (SELECT count(*) FROM federation_held) + (SELECT count(*) FROM probe_effect) AS count`.execute(
    tables(peer.running.host.db.read),
  );
  return rows[0]?.count ?? -1;
}

/** The envelope's value with changes, signed again for a purpose, as wire bytes. */
function resigned(
  signer: Signer,
  bytes: Uint8Array,
  change: JsonObject,
  purpose: 'envelope' | 'record' = 'envelope',
): Uint8Array {
  const { signature: _signature, ...unsigned } = {
    ...(JSON.parse(fromUtf8(bytes)) as JsonObject),
    ...change,
  };
  const signature = toBase64Url(signFor(purpose, signer.key, canonicalize(unsigned)));
  return canonicalize({ ...unsigned, signature });
}

function withSignature(bytes: Uint8Array, signature: unknown): Uint8Array {
  return utf8(JSON.stringify({ ...(JSON.parse(fromUtf8(bytes)) as JsonObject), signature }));
}

const text = (bytes: Uint8Array): string => fromUtf8(bytes);

for (const transport of transports) {
  describe(`what the inbox refuses over ${transport.name}`, () => {
    const clock = fakeClock();
    let bob: Peer;
    let alice: Signer;

    before(async () => {
      bob = await makePeer({ name: 'bob-1', clock });
      alice = await knownSigner(bob, transport, 'contact', { clock });
    });
    after(() => bob[Symbol.asyncDispose]());

    const valid = (fields: Partial<EnvelopeFields> = {}): Uint8Array => alice.envelope(bob.nodeId, 1, fields);
    const refuses = async (bytes: Uint8Array, status: number, code?: RegExp): Promise<void> => {
      const rows = await rowsOf(bob);
      const answer = await transport.inbox(bob, bytes);
      assert.equal(answer.status, status, `${answer.code ?? ''} for ${text(bytes.subarray(0, 200))}`);
      if (code !== undefined) assert.match(answer.code ?? '', code);
      assert.equal(await rowsOf(bob), rows);
    };

    it('refuses every envelope with one bit flipped (F1)', async () => {
      const bytes = valid();
      // Every byte once, its bits in turn: 8 times fewer than all, the same classes of damage.
      const flips = Array.from({ length: bytes.length }, (_, i) => {
        const flipped = Uint8Array.from(bytes);
        flipped[i] = (flipped[i] ?? 0) ^ (1 << (i % 8));
        return flipped;
      });
      const rows = await rowsOf(bob);
      for (let i = 0; i < flips.length; i += 50) {
        const answers = await Promise.all(flips.slice(i, i + 50).map((each) => transport.inbox(bob, each)));
        for (const { status } of answers)
          assert.ok([400, 401, 413, 421].includes(status), `status ${status}`);
        await clock.advance(5_000);
      }
      assert.equal(await rowsOf(bob), rows);
    });

    it('refuses a signature by one key in the name of another node (F2)', async () => {
      const other = await knownSigner(bob, transport, 'contact', { clock, name: 'other' });
      const from = { node_id: alice.nodeId, server_url: alice.serverUrl, username: alice.username };
      await refuses(other.envelope(bob.nodeId, 1, { from }), 401, /^envelope\/signature$/);
    });

    it('refuses an address or a name that is not in the sender’s newest record (F3)', async () => {
      const from = { node_id: alice.nodeId, server_url: 'http://127.0.0.1:10', username: alice.username };
      await refuses(valid({ from }), 401, /^identity\/stale-record$/);
      await refuses(valid({ from: { ...from, server_url: alice.serverUrl, username: 'alice-2' } }), 401);
    });

    it('refuses what is addressed to another node (F4)', async () => {
      await refuses(alice.envelope(alice.nodeId, 1), 421, /^envelope\/misdirected$/);
    });

    it('refuses signatures of another shape (F5)', async () => {
      const good = (JSON.parse(text(valid())) as { signature: string }).signature;
      const bad = [
        undefined,
        null,
        [],
        5,
        '',
        good.slice(0, -2),
        `${good}AA`,
        `${good}=`,
        good.replace(/^./, '+'),
      ];
      for (const signature of bad) await refuses(withSignature(valid(), signature), 400);
    });

    it('refuses small-order and malleated signatures (F6)', async () => {
      const good = Buffer.from((JSON.parse(text(valid())) as { signature: string }).signature, 'base64url');
      const order = 2n ** 252n + 27742317777372353535851937790883648493n;
      const s = BigInt(`0x${Buffer.from(good.subarray(32)).reverse().toString('hex')}`) + order;
      const sBytes = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
      await refuses(withSignature(valid(), toBase64Url(concatBytes(good.subarray(0, 32), sBytes))), 401);
      const neutral = concatBytes(Uint8Array.of(1), new Uint8Array(63));
      await refuses(withSignature(valid(), toBase64Url(neutral)), 401);
    });

    it('refuses a signature made for another purpose (F7)', async () => {
      await refuses(resigned(alice, valid(), {}, 'record'), 401, /^envelope\/signature$/);
    });

    it('refuses duplicate keys, other spellings and what is no plain integer (F8, F9, F10)', async () => {
      const plain = text(valid());
      const changes: [string, string][] = [
        ['"version":"1.0"}', '"version":"1.0","version":"1.0"}'],
        ['{"from"', ' {"from"'],
        ['{"from"', '{"from" '],
        ['"media":0', '"media":0.0'],
        ['"media":0', '"media":-0'],
        ['"media":0', '"media":1e400'],
        ['"media":0', '"media":9007199254740993'],
        ['"media":0', '"media":1.5'],
        ['"friends"', '"\\u0066riends"'],
      ];
      for (const [from, to] of changes) {
        assert.ok(plain.includes(from), from);
        await refuses(utf8(plain.replace(from, to)), 400);
      }
      const reordered = JSON.stringify(
        Object.fromEntries(Object.entries(JSON.parse(plain) as JsonObject).toReversed()),
      );
      await refuses(utf8(reordered), 400);
    });

    it('refuses broken text (F11)', async () => {
      const plain = text(valid());
      await refuses(concatBytes(Uint8Array.of(0xef, 0xbb, 0xbf), valid()), 400);
      await refuses(utf8(plain.replace('"friends"', '"fri\0ends"')), 400);
      await refuses(utf8(plain.replace('"friends"', '"\\ud800"')), 400);
      const bytes = Uint8Array.from(valid());
      bytes[plain.indexOf('friends')] = 0xff;
      await refuses(bytes, 400);
    });

    it('refuses deep nesting at once (F12)', async () => {
      for (const depth of [17, 33, 200_000]) {
        const nested = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
        const bytes = utf8(text(valid()).replace('"media":0', `"media":${nested}`));
        await refuses(bytes, bytes.length > 65_536 ? 413 : 400);
      }
    });

    it('refuses reserved keys, unknown members and versions, and leaves the prototype alone (F13)', async () => {
      const plain = text(valid());
      for (const key of ['__proto__', 'constructor', 'prototype']) {
        await refuses(utf8(plain.replace('"media":0', `"${key}":{"polluted":1},"media":0`)), 400);
      }
      await refuses(utf8(plain.replace('"version":"1.0"', '"version":"2.0"')), 400);
      await refuses(utf8(plain.replace('"version":"1.0"}', '"version":"1.0","zone":1}')), 400);
      assert.equal('polluted' in {}, false);
    });

    it('tells a sender from the future to come later, with its own time, and stores nothing (F16)', async () => {
      const rows = await rowsOf(bob);
      const timestamp = new Date(clock.now() + 6 * 60_000).toISOString();
      const answer = await transport.inbox(bob, valid({ timestamp }));
      assert.equal(answer.receipt?.lines[0]?.verdict, 'later');
      assert.equal(answer.code, 'envelope/future');
      assert.equal(answer.receipt?.now, clock.now());
      assert.equal(await rowsOf(bob), rows);
    });

    it('does not know a stranger’s key until it is introduced', async () => {
      const stranger = await makeSigner({ clock, name: 'stranger' });
      await refuses(stranger.envelope(bob.nodeId, 1), 401, /^identity\/unknown-key$/);
      await transport.introduce(bob, stranger);
      const { status } = await transport.inbox(bob, stranger.envelope(bob.nodeId, 1));
      assert.equal(status, 200);
    });

    it('refuses a payload that does not fit its type, and an unknown type, finally (F26, F29)', async () => {
      const sender = await knownSigner(bob, transport, 'contact', { clock, name: 'sloppy' });
      const effects = (await bob.effects()).length;
      const payload = { ...share(sender.nodeId, 'x'), extra: 1 };
      const wrong = await transport.inbox(bob, sender.envelope(bob.nodeId, 1, { payload }));
      assert.deepEqual([wrong.status, wrong.code], [422, 'message/payload']);
      const unknown = await transport.inbox(bob, sender.envelope(bob.nodeId, 2, { type: 'teleport' }));
      assert.deepEqual([unknown.status, unknown.code], [422, 'message/unknown-type']);
      const unsealed = sender.envelope(bob.nodeId, 3, { type: 'direct_message', payload: { text: 'hello' } });
      assert.equal((await transport.inbox(bob, unsealed)).status, 422);
      assert.equal((await bob.effects()).length, effects);
      const next = await transport.inbox(bob, sender.envelope(bob.nodeId, 4));
      assert.equal(next.receipt?.lines[0]?.verdict, 'accepted');
    });

    it('takes the same envelope a hundred times at once with one effect and one line (F17)', async () => {
      const sender = await knownSigner(bob, transport, 'contact', { clock, name: 'echo' });
      const before = (await bob.effects()).length;
      const bytes = sender.envelope(bob.nodeId, 1);
      const answers = await Promise.all(Array.from({ length: 100 }, () => transport.inbox(bob, bytes)));
      const lines = new Set(answers.map(({ receipt }) => JSON.stringify(receipt?.lines)));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
      assert.equal(lines.size, 1);
      assert.equal((await bob.effects()).length, before + 1);
    });

    it('refuses the same id with another payload, and a used seq with another id', async () => {
      const sender = await knownSigner(bob, transport, 'contact', { clock, name: 'twice' });
      const bytes = sender.envelope(bob.nodeId, 1);
      const { id } = JSON.parse(text(bytes)) as { id: EnvelopeFields['id'] };
      await transport.inbox(bob, bytes);
      const other = sender.envelope(bob.nodeId, 1, { id, payload: share(sender.nodeId, 'other') });
      assert.deepEqual([(await transport.inbox(bob, other)).status], [409]);
      const reused = await transport.inbox(bob, sender.envelope(bob.nodeId, 1));
      assert.deepEqual([reused.status, reused.code], [409, 'envelope/seq-used']);
      const again = sender.envelope(bob.nodeId, 2, { id });
      assert.deepEqual([(await transport.inbox(bob, again)).code], ['envelope/id-used']);
    });

    it('refuses a blocked node, and only tells that node (F20)', async () => {
      const sender = await knownSigner(bob, transport, 'blocked', { clock, name: 'blocked' });
      await refuses(sender.envelope(bob.nodeId, 1), 403, /^federation\/blocked$/);
      const impostor = signingKeyFromSeed(generateSeed());
      const {
        signature: _signature,
        version: _version,
        ...fields
      } = JSON.parse(text(sender.envelope(bob.nodeId, 1))) as EnvelopeFields & {
        signature: string;
        version: string;
      };
      await refuses(signEnvelope(fields, impostor), 401);
    });

    it('lets a stranger only do what is open to anyone', async () => {
      await using strict = await makePeer({ name: 'strict', clock, from: 'contacts' });
      const stranger = await knownSigner(strict, transport, 'stranger', { clock, name: 'stranger' });
      const answer = await transport.inbox(strict, stranger.envelope(strict.nodeId, 1));
      assert.deepEqual([answer.status, answer.code], [403, 'federation/not-a-contact']);
    });

    it('holds strangers and contacts to their budgets, each apart (F27)', async () => {
      const loud = await knownSigner(bob, transport, 'stranger', { clock, name: 'loud' });
      const batch = joinBatch(Array.from({ length: 20 }, (_, i) => loud.envelope(bob.nodeId, i + 1)));
      assert.equal((await transport.inbox(bob, batch, 'batch')).status, 200);
      const over = await transport.inbox(bob, loud.envelope(bob.nodeId, 21));
      assert.deepEqual([over.status, over.code], [429, 'federation/budget']);
      assert.ok((over.receipt?.retry_after_s ?? 0) >= 1);
      const calm = await knownSigner(bob, transport, 'contact', { clock, name: 'calm' });
      assert.equal((await transport.inbox(bob, calm.envelope(bob.nodeId, 1))).status, 200);
      await clock.advance(60_000);
      assert.equal((await transport.inbox(bob, loud.envelope(bob.nodeId, 21))).status, 200);
    });

    it('refuses the whole batch when its framing is bad', async () => {
      for (const bytes of [utf8('\n'), valid(), concatBytes(valid(), utf8('\n\n')), utf8('{}\n')]) {
        const answer = await transport.inbox(bob, bytes, 'batch');
        assert.equal(answer.status, 400);
      }
    });

    it('judges a batch line by line', async () => {
      const sender = await knownSigner(bob, transport, 'contact', { clock, name: 'mixed' });
      const forged = withSignature(sender.envelope(bob.nodeId, 2), toBase64Url(new Uint8Array(64)));
      const bytes = joinBatch([sender.envelope(bob.nodeId, 1), forged]);
      const { receipt } = await transport.inbox(bob, bytes, 'batch');
      assert.deepEqual(
        receipt?.lines.map(({ verdict, code }) => [verdict, code]),
        [
          ['accepted', undefined],
          ['later', 'envelope/signature'],
        ],
      );
    });
  });
}

describe('what the inbox refuses of HTTP', () => {
  it('refuses other content types, encodings and sizes (F14, F15)', async () => {
    await using bob = await makePeer({ name: 'bob-1' });
    const post = (body: Buffer, headers: Record<string, string>): Promise<Response> =>
      fetch(`${bob.url}/orf/v1/inbox`, { method: 'POST', body: Uint8Array.from(body), headers });
    const type = 'application/orf+json';
    const cases: [Buffer, Record<string, string>, number][] = [
      [Buffer.from('{}'), { 'content-type': 'application/json' }, 415],
      [Buffer.from('{}'), { 'content-type': type, 'content-encoding': 'gzip' }, 415],
      [Buffer.alloc(65_537, 97), { 'content-type': type }, 413],
      [Buffer.alloc(1_048_577, 97), { 'content-type': 'application/orf-batch+jsonl' }, 413],
    ];
    for (const [body, headers, status] of cases) assert.equal((await post(body, headers)).status, status);
    assert.equal(await rowsOf(bob), 0);
  });

  it('cuts an endless chunked body off at the limit (F14)', async () => {
    await using bob = await makePeer({ name: 'bob-1' });
    const { port } = new URL(bob.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => socket.destroy());
    socket.write(
      `POST /orf/v1/inbox HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/orf+json\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    const answer = { text: '' };
    socket.on('data', (chunk: Buffer) => (answer.text += chunk.toString('latin1')));
    const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`;
    for (let i = 0; i < 64 && answer.text === ''; i += 1) {
      socket.write(chunk);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    if (answer.text === '') await once(socket, 'data');
    assert.match(answer.text, /^HTTP\/1\.1 413/);
    socket.destroy();
    assert.equal((await bob.door(federation).ledger.list({ limit: 1 })).items.length, 0);
  });
});
