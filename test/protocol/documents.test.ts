// Receipts, signed requests, tickets and signed objects: the committed vectors, and their second spellings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base58btc } from 'multiformats/bases/base58';
import {
  type JsonObject,
  OBJECT_BYTES_MAX,
  REQUEST_BYTES_MAX,
  assertFresh,
  assertTicketFresh,
  canonicalize,
  cidOf,
  fromHex,
  fromUtf8,
  multibaseToPublicKey,
  objectHashData,
  parseReceipt,
  parseRequest,
  parseTicket,
  publicKeyToMultibase,
  readObject,
  scanCanonical,
  signObject,
  signReceipt,
  signRequest,
  signTicket,
  signingKeyFromSeed,
  toHex,
  utf8,
  verify,
  verifyObject,
  verifyReceipt,
  verifyRequest,
  verifyTicket,
  withoutMember,
} from '#protocol';
import { readVectors, withCode } from './vectors.ts';

interface Signed {
  readonly name: string;
  readonly wire: string;
  readonly public_key: string;
}
interface Vectors {
  readonly people: Record<'alice' | 'bob', { node_id: string; seed: string }>;
  readonly valid: (Signed & { cid?: string; value?: JsonObject })[];
  readonly invalid: { name: string; wire: string; code: string }[];
  readonly unverified: Signed[];
  readonly fresh: { timestamp: string; now_ms: number; accepted: boolean }[];
}

const keyOf = (vectors: Vectors, who: 'alice' | 'bob') =>
  signingKeyFromSeed(fromHex(vectors.people[who].seed));

async function holds(
  name: string,
  check: (wire: Uint8Array, publicKey: Uint8Array) => Promise<boolean>,
): Promise<Vectors> {
  const vectors = readVectors<Vectors>(name);
  assert.ok(vectors.valid.length > 0 && vectors.invalid.length > 3 && vectors.unverified.length > 1);
  for (const { name: title, wire, public_key } of vectors.valid) {
    assert.equal(await check(utf8(wire), fromHex(public_key)), true, title);
  }
  for (const { name: title, wire, public_key } of vectors.unverified) {
    assert.equal(await check(utf8(wire), fromHex(public_key)), false, title);
  }
  for (const { name: title, wire, code } of vectors.invalid) {
    await assert.rejects(async () => check(utf8(wire), new Uint8Array(32)), withCode(code), title);
  }
  return vectors;
}

test('receipts: the vectors hold, and signing gives the same bytes', async () => {
  const vectors = await holds('receipt', (wire, key) => verifyReceipt(parseReceipt(wire), key));
  for (const { wire } of vectors.valid) {
    const { version: _version, signature: _signature, ...fields } = parseReceipt(utf8(wire)).receipt;
    assert.equal(fromUtf8(signReceipt(fields, keyOf(vectors, 'bob'))), wire);
  }
});

test('requests: the vectors hold, and signing gives the same bytes', async () => {
  const vectors = await holds('request', (wire, key) => verifyRequest(parseRequest(wire), key));
  for (const { wire } of vectors.valid) {
    const { version: _version, signature: _signature, ...fields } = parseRequest(utf8(wire)).request;
    assert.equal(fromUtf8(signRequest(fields, keyOf(vectors, 'alice'))), wire);
  }
  for (const { timestamp, now_ms, accepted } of vectors.fresh) {
    if (accepted) assertFresh(timestamp, now_ms);
    else assert.throws(() => assertFresh(timestamp, now_ms), withCode('request/stale'));
  }
  assert.throws(() => assertFresh('yesterday', 0), withCode('timestamp/syntax'));
  assert.throws(() => parseRequest(new Uint8Array(REQUEST_BYTES_MAX + 1)), withCode('request/too-large'));
});

test('tickets: the vectors hold, and signing gives the same bytes', async () => {
  const vectors = await holds('ticket', (wire, key) => verifyTicket(parseTicket(wire), key));
  const { wire } = vectors.valid[0] as Signed;
  const { ticket } = parseTicket(utf8(wire));
  const { version: _version, signature: _signature, ...fields } = ticket;
  assert.equal(fromUtf8(signTicket(fields, keyOf(vectors, 'alice'))), wire);
  assert.equal(vectors.fresh.length, 4);
  for (const { now_ms, accepted } of vectors.fresh) {
    if (accepted) assertTicketFresh(ticket, now_ms);
    else assert.throws(() => assertTicketFresh(ticket, now_ms), withCode('ticket/expired'));
  }
});

test('objects: the vectors hold, with their content addresses', async () => {
  const vectors = await holds('object', (wire, key) => verifyObject(wire, key));
  for (const { wire, cid, value } of vectors.valid) {
    const object = readObject(utf8(wire));
    assert.equal(object.cid, cid);
    assert.deepEqual(object.value, value);
    const { verificationMethod, created } = object.proof;
    const again = signObject(object.value, { key: keyOf(vectors, 'alice'), verificationMethod, created });
    assert.equal(fromUtf8(again.bytes), wire);
  }
});

test('objects: refuses a second proof, a context, and content above the limit', () => {
  const key = signingKeyFromSeed(new Uint8Array(32));
  const by = { key, verificationMethod: 'did:key:x#x', created: '2026-11-21T04:07:56.123Z' };
  assert.throws(() => signObject({ proof: {} }, by), withCode('object/shape'));
  assert.throws(() => signObject({ '@context': 'x' }, by), withCode('object/shape'));
  assert.throws(() => signObject({ a: 1 }, { ...by, verificationMethod: 'x' }), withCode('object/shape'));
  assert.throws(() => signObject({ a: 'x'.repeat(OBJECT_BYTES_MAX) }, by), withCode('object/too-large'));
  assert.throws(() => readObject(new Uint8Array(OBJECT_BYTES_MAX + 1)), withCode('object/too-large'));
  assert.throws(() => readObject(utf8('[]')), withCode('object/shape'));
});

test('objects: computes the published eddsa-jcs-2022 example', async () => {
  const example = readVectors<{
    publicKeyMultibase: string;
    canonicalDocument: string;
    proofConfig: JsonObject;
    hashData: string;
    signature: string;
    proofValue: string;
  }>('published/eddsa-jcs-2022');
  const hashData = objectHashData(utf8(example.canonicalDocument), example.proofConfig);
  // The appendix prints the hash of the proof options first, as the signature has it.
  assert.equal(toHex(hashData), example.hashData);
  const publicKey = multibaseToPublicKey(example.publicKeyMultibase);
  assert.equal(publicKeyToMultibase(publicKey), example.publicKeyMultibase);
  assert.equal(toHex(base58btc.decode(example.proofValue)), example.signature);
  assert.equal(await verify(publicKey, hashData, fromHex(example.signature)), true);
});

test('cuts a member out wherever it stands, and leaves canonical bytes', () => {
  for (const value of [{ m: 1 }, { a: 1, m: 1 }, { m: 1, z: 1 }, { a: 1, m: { x: [1] }, z: 1 }]) {
    const bytes = canonicalize(value);
    const { m: _, ...rest } = value;
    assert.deepEqual(withoutMember(bytes, scanCanonical(bytes).spans, 'm'), canonicalize(rest));
  }
});

test('addresses content by its exact bytes', () => {
  // Multibase b, then 01 55 12 20, then the SHA-256 of "hello" (2cf24dba...).
  assert.equal(cidOf(utf8('hello')), 'bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq');
});
