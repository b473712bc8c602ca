// The signed node record: what it must hold, and against what it is held (docs/protocol.md "Node record").
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  RECORD_BYTES_MAX,
  canonicalize,
  cidOf,
  createIdentity,
  deactivateIdentity,
  nextRecordSeq,
  parseRecord,
  rotateIdentity,
  signFor,
  signRecord,
  toBase64Url,
  utf8,
  verifyIdentityLog,
  verifyRecord,
  type RecordFields,
} from '#protocol';
import { key, seed } from './identity/forged-log.ts';

const created = '2026-01-01T00:00:00.000Z';
const nowMs = Date.parse('2026-01-01T12:00:00.000Z');
const { nodeId, log } = await createIdentity({
  signingKey: key(1),
  nextSigningPublicKey: key(2).publicKey,
  recoveryPublicKey: key(100).publicKey,
  created,
});
const identity = await verifyIdentityLog(log);
const fields: RecordFields = {
  node_id: nodeId,
  seq: nowMs,
  log_head: identity.head,
  log,
  server_urls: ['https://alice.example', 'http://192.168.1.20:7701', 'http://[2001:db8::1]:7701'],
  multiaddrs: ['/dns4/alice.example/tcp/7702/p2p/12D3KooWGBfKqXqYv5vJjUfxw8LJzH4mYw3mVhqJkqjZQ8qv9d4h'],
  sealing_key: toBase64Url(seed(3)),
  transport_key: toBase64Url(seed(4)),
  username: 'alice',
  expires: '2026-01-03T12:00:00.000Z',
};

/** Signs anything, so that only the shape can be refused. */
function forge(change: Record<string, unknown>, drop: readonly string[] = []): Uint8Array {
  const unsigned = Object.fromEntries(
    Object.entries({ ...fields, ...change }).filter(([name]) => !drop.includes(name)),
  );
  const signature = toBase64Url(signFor('record', key(1), canonicalize(unsigned)));
  return canonicalize({ signature, ...unsigned });
}

describe('a node record', () => {
  it('comes back as it was signed, and verifies', async () => {
    const parsed = parseRecord(signRecord(fields, key(1)));
    const { signature, ...rest } = parsed.record;
    assert.deepEqual(rest, fields);
    assert.equal(signature.length, 86);
    await verifyRecord(parsed, identity, { nowMs });
    await verifyRecord(parsed, identity, { nowMs, lastSeq: fields.seq });
  });

  it('names a log that does not fit by its content address', async () => {
    let long = log;
    for (let n = 2; long.length < RECORD_BYTES_MAX; n++) {
      long = await rotateIdentity(long, { by: key(n), nextSigningPublicKey: key(n + 1).publicKey, created });
    }
    const last = await verifyIdentityLog(long);
    const signer = key(last.entries);
    const parsed = parseRecord(signRecord({ ...fields, log: long, log_head: last.head }, signer));
    assert.equal(parsed.record.log, undefined);
    assert.equal(parsed.record.log_cid, cidOf(utf8(long)));
    await verifyRecord(parsed, last, { nowMs });
  });

  it('may have no address and no username', () => {
    const { record } = parseRecord(
      signRecord({ ...fields, server_urls: [], multiaddrs: [], username: '' }, key(1)),
    );
    assert.deepEqual([record.server_urls, record.username], [[], '']);
  });

  it('has a seq that rises with the clock, and without it', () => {
    assert.equal(nextRecordSeq(undefined, 1000), 1000);
    assert.equal(nextRecordSeq(5, 1000), 1000);
    assert.equal(nextRecordSeq(2000, 1000), 2001);
  });
});

describe('a node record is refused', () => {
  const cases: [string, string, Record<string, unknown>, string[]?][] = [
    ['with an unknown member', 'record/members', { note: 'x' }],
    ['without a member', 'record/members', {}, ['expires']],
    ['with log and log_cid', 'record/members', { log_cid: cidOf(utf8(log)) }],
    ['without log and log_cid', 'record/members', {}, ['log']],
    ['with a foreign node id', 'record/node-id', { node_id: 'alice' }],
    ['with seq 0', 'record/seq', { seq: 0 }],
    ['with a textual seq', 'record/seq', { seq: '1' }],
    ['with a malformed head', 'record/log-head', { log_head: '0-x' }],
    ['with an empty log', 'record/log', { log: '' }],
    ['with a foreign content address', 'record/log', { log_cid: 'QmX' }, ['log']],
    ['with a short key', 'record/key', { sealing_key: 'AAAA' }],
    ['with a padded key', 'record/key', { transport_key: `${toBase64Url(seed(4))}=` }],
    ['with a bad username', 'record/username', { username: 'Alice' }],
    ['with a bad time', 'record/expires', { expires: '2026-01-03' }],
    ['with a bad signature', 'record/signature', { signature: 'AAAA' }],
    ['with a multiaddr that is none', 'record/multiaddr', { multiaddrs: ['alice.example'] }],
    [
      'with too many multiaddrs',
      'record/multiaddr',
      { multiaddrs: Array.from({ length: 17 }, (_, i) => `/ip4/${i}`) },
    ],
    [
      'with too many URLs',
      'record/url',
      { server_urls: Array.from({ length: 9 }, (_, i) => `https://a.example/${i}`) },
    ],
    ['with a URL twice', 'record/url', { server_urls: ['https://a.example', 'https://a.example'] }],
  ];
  for (const [title, code, change, drop] of cases) {
    it(title, () => assert.throws(() => parseRecord(forge(change, drop)), { code }));
  }

  it('with a URL that is not plain', () => {
    const urls = [
      'ftp://a.example',
      'file:///etc/passwd',
      'https://user:secret@a.example',
      'https://a.example#x',
      'https://a.example?x=1',
      'https://a.example/',
      'https://A.example',
      'https://a.example:443',
      'https://a.example/../x',
      'http://0177.0.0.1',
      'http://0x7f.1',
      'http://2130706433',
      'http://[::ffff:127.0.0.1]',
      'https://élise.example',
      'https://a.example\\b',
      `https://a.example/${'x'.repeat(512)}`,
    ];
    for (const url of urls) {
      assert.throws(() => parseRecord(forge({ server_urls: [url] })), { code: 'record/url' }, url);
    }
  });

  it('above 16 KiB, and in another spelling', () => {
    assert.throws(() => parseRecord(new Uint8Array(RECORD_BYTES_MAX + 1)), { code: 'record/too-large' });
    const bytes = signRecord(fields, key(1));
    assert.throws(() => parseRecord(utf8(` ${new TextDecoder().decode(bytes)}`)), {
      code: 'canonical/not-canonical',
    });
  });

  it('by another key, for another node, under another head, or of a closed identity', async () => {
    await assert.rejects(verifyRecord(parseRecord(signRecord(fields, key(2))), identity, { nowMs }), {
      code: 'record/wrong-key',
    });
    const parsed = parseRecord(signRecord(fields, key(1)));
    const altered = parseRecord(utf8(new TextDecoder().decode(parsed.bytes).replace('"alice"', '"alicf"')));
    await assert.rejects(verifyRecord(altered, identity, { nowMs }), { code: 'record/wrong-key' });
    const other = await createIdentity({
      signingKey: key(51),
      nextSigningPublicKey: key(52).publicKey,
      recoveryPublicKey: key(53).publicKey,
      created,
    });
    const rotation = { by: key(2), nextSigningPublicKey: key(3).publicKey, created };
    for (const [offered, code] of [
      [other.log, 'record/foreign-node'],
      [await rotateIdentity(log, rotation), 'record/log-head'],
      [await deactivateIdentity(log, rotation), 'record/closed'],
    ] as const) {
      await assert.rejects(verifyRecord(parsed, await verifyIdentityLog(offered), { nowMs }), { code });
    }
  });

  it('when it has expired, lives too long, or is older than the known one', async () => {
    const parsed = parseRecord(signRecord(fields, key(1)));
    const end = Date.parse(fields.expires);
    await verifyRecord(parsed, identity, { nowMs: end - 1 });
    await assert.rejects(verifyRecord(parsed, identity, { nowMs: end }), { code: 'record/expired' });
    await verifyRecord(parsed, identity, { nowMs: nowMs - 5 * 60_000 });
    await assert.rejects(verifyRecord(parsed, identity, { nowMs: nowMs - 5 * 60_000 - 1 }), {
      code: 'record/expires-too-late',
    });
    await assert.rejects(verifyRecord(parsed, identity, { nowMs, lastSeq: fields.seq + 1 }), {
      code: 'record/stale-seq',
    });
  });

  it('signed for another purpose', async () => {
    const { signature: _, ...unsigned } = parseRecord(signRecord(fields, key(1))).record;
    const signature = toBase64Url(signFor('receipt', key(1), canonicalize(unsigned)));
    const parsed = parseRecord(canonicalize({ ...unsigned, signature }));
    await assert.rejects(verifyRecord(parsed, identity, { nowMs }), { code: 'record/wrong-key' });
  });
});
