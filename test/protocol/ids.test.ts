// Bytes, identifiers and moments have one spelling each; their decoders refuse every other one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base58btc } from 'multiformats/bases/base58';
import {
  cidOf,
  equalBytes,
  formatTimestamp,
  formatUri,
  fromBase64Url,
  fromHex,
  fromUtf8,
  isNodeId,
  isServerUrl,
  isTimestamp,
  messageIdBytes,
  multibaseToPublicKey,
  newMessageId,
  parseCid,
  parseMessageId,
  parseNodeId,
  parseTimestamp,
  parseUri,
  publicKeyToMultibase,
  toBase64Url,
  toHex,
  u64,
  utf8,
} from '#protocol';
import { withCode } from './vectors.ts';

const bytes = fc.uint8Array({ maxLength: 100 });
const nodeIdOf = (digest: Uint8Array): string =>
  base58btc.encode(Uint8Array.of(0x12, 0x20, ...digest)).slice(1);
const ALICE = parseNodeId(nodeIdOf(new Uint8Array(32).fill(9)));

test('base64url agrees with Node in both directions', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      const text = toBase64Url(value);
      assert.equal(text, Buffer.from(value).toString('base64url'));
      assert.deepEqual(fromBase64Url(text), value);
      assert.deepEqual(fromBase64Url(text, value.length), value);
    }),
  );
});

test('base64url refuses every text that it would not write', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('AQgwZz09-_+/= é')), maxLength: 8 }),
      (text) => {
        const strict = Buffer.from(text, 'base64url').toString('base64url') === text;
        if (strict) assert.equal(toBase64Url(fromBase64Url(text)), text);
        else assert.throws(() => fromBase64Url(text), withCode('bytes/base64url'));
      },
    ),
    { numRuns: 2000 },
  );
  assert.throws(() => fromBase64Url('AAAA', 2), withCode('bytes/base64url'));
});

test('hexadecimal, UTF-8 and integers have one spelling', () => {
  fc.assert(fc.property(bytes, (value) => assert.deepEqual(fromHex(toHex(value)), value)));
  for (const text of ['A0', '0', 'zz']) assert.throws(() => fromHex(text), withCode('bytes/hex'));
  assert.equal(fromUtf8(utf8('\ufeffé')), '\ufeffé');
  assert.throws(() => fromUtf8(Uint8Array.of(0xff)), withCode('bytes/utf8'));
  assert.equal(toHex(u64(Number.MAX_SAFE_INTEGER)), '001fffffffffffff');
  assert.throws(() => u64(-1), /unsigned/);
  assert.ok(
    equalBytes(utf8('ab'), utf8('ab')) &&
      !equalBytes(utf8('ab'), utf8('ac')) &&
      !equalBytes(utf8('a'), utf8('ab')),
  );
});

test('a node id is exactly a base58btc sha2-256 multihash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => isNodeId(nodeIdOf(digest))),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('123abcXYZmNfzdZ')), minLength: 44, maxLength: 44 }),
      (tail) => {
        const decoded = base58btc.decode(`zQm${tail}`);
        const multihash = decoded.length === 34 && decoded[0] === 0x12 && decoded[1] === 0x20;
        assert.equal(isNodeId(`Qm${tail}`), multihash);
      },
    ),
  );
  for (const text of [
    '',
    ALICE.slice(1),
    ALICE + 'a',
    ALICE.replace(/.$/, '0'),
    ` ${ALICE}`,
    `Qm${'z'.repeat(44)}`,
  ]) {
    assert.throws(() => parseNodeId(text), withCode('id/node'), text);
  }
});

test('message ids are UUIDv7 and sort by time', () => {
  // RFC 9562 appendix A.6, with its version and variant bits set to other values before.
  const first = newMessageId(0x017f22e279b0, fromHex('fcc358c4dc0c0c07398f'));
  assert.equal(first, '017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  assert.equal(parseMessageId(first), first);
  assert.ok(newMessageId(0x017f22e279b1, new Uint8Array(10)) > first);
  assert.equal(toHex(messageIdBytes(first)), first.replaceAll('-', ''));
  assert.throws(() => newMessageId(1, new Uint8Array(9)), /10 random bytes/);
  assert.throws(() => newMessageId(-1, new Uint8Array(10)), /not a time/);
  for (const text of [first.toUpperCase(), first.replace('-7cc3', '-4cc3'), first.slice(1), `{${first}}`]) {
    assert.throws(() => parseMessageId(text), withCode('id/message'));
  }
});

test('content addresses are CID version 1, raw, sha2-256, base32, and nothing else', () => {
  fc.assert(fc.property(bytes, (value) => assert.equal(parseCid(cidOf(value)), cidOf(value))));
  const cid = cidOf(utf8('x'));
  const sloppy = cid.slice(0, -1) + String.fromCharCode(cid.charCodeAt(cid.length - 1) + 1);
  for (const text of ['', cid.toUpperCase(), cid.slice(1), cid + 'a', sloppy, `f${toHex(utf8('x'))}`]) {
    assert.throws(() => parseCid(text), withCode('id/cid'), text);
  }
});

test('addresses name a node, a kind and an id', () => {
  const uri = formatUri({ nodeId: ALICE, kind: 'post', id: 'a_B-1' });
  assert.deepEqual(parseUri(uri), { uri, nodeId: ALICE, kind: 'post', id: 'a_B-1' });
  for (const text of [
    `${uri}/x`,
    `${uri}?a`,
    uri.replace('orf:', 'http:'),
    uri.replace('post', 'Post'),
    `orf://x/post/1`,
  ]) {
    assert.throws(() => parseUri(text), withCode('id/uri'), text);
  }
  assert.throws(() => formatUri({ nodeId: ALICE, kind: 'post', id: '../x' }), withCode('id/uri'));
});

test('moments are written one way, and impossible ones are refused', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
      assert.equal(parseTimestamp(formatTimestamp(ms)), ms);
    }),
  );
  fc.assert(
    fc.property(fc.nat(40), fc.nat(14), fc.integer({ min: 1970, max: 2400 }), (day, month, year) => {
      const two = (n: number): string => String(n).padStart(2, '0');
      const text = `${year}-${two(month)}-${two(day)}T12:00:00.000Z`;
      const date = new Date(Date.UTC(year, month - 1, day, 12));
      assert.equal(isTimestamp(text), date.toISOString() === text);
    }),
    { numRuns: 1000 },
  );
  for (const text of [
    '2026-11-21T24:00:00.000Z',
    '2026-11-21T23:60:00.000Z',
    '2026-11-21t04:07:56.123z',
    '1969-12-31T23:59:59.999Z',
  ]) {
    assert.throws(() => parseTimestamp(text), withCode('timestamp/syntax'), text);
  }
});

test('public keys in multibase form have one spelling', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      assert.deepEqual(multibaseToPublicKey(publicKeyToMultibase(key)), key);
    }),
  );
  const key = publicKeyToMultibase(new Uint8Array(32).fill(5));
  for (const text of [key.slice(1), key + 'a', key.replace('z6Mk', 'z6Ml'), '', `z6Mk${'z'.repeat(44)}`]) {
    assert.throws(() => multibaseToPublicKey(text), withCode('key/multibase'), text);
  }
});

test('server URLs have one spelling, which is the one of the URL standard', () => {
  const good = [
    'http://127.0.0.1:7701',
    'https://a.example',
    'https://a.example:8443/node/x',
    'http://[::1]:7701',
    'http://node_1',
  ];
  for (const url of good) {
    assert.ok(isServerUrl(url), url);
    assert.equal(new URL(url).href.replace(/\/$/, ''), url);
  }
  const bad = [
    'https://a.example/',
    'https://a.example:443',
    'http://a.example:80',
    'https://A.example',
    'ftp://a.example',
    'https://u@a.example',
    'https://a.example?x',
    'https://a.example#x',
    'https://a.example:0',
    'https://a.example:65536',
    'https://',
    'https://-a.example',
    'https://a.example//x',
    'https://a.example/%2e',
    ' https://a.example',
    'https://é.example',
    `https://${'a'.repeat(600)}`,
  ];
  for (const url of bad) assert.ok(!isServerUrl(url), url);
});
