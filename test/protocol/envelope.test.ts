// Envelopes, batches and chain heads: the committed vectors, and what a sender may rely on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  AppError,
  BATCH_BYTES_MAX,
  type EnvelopeFields,
  GENERATION_MAX,
  type MessageId,
  type NodeId,
  envelopeSeq,
  formatTimestamp,
  fromHex,
  fromUtf8,
  headZero,
  joinBatch,
  newMessageId,
  nextHead,
  parseEnvelope,
  parseMessageId,
  parseNodeId,
  signEnvelope,
  signingKeyFromSeed,
  splitBatch,
  splitSeq,
  toHex,
  utf8,
  verifyEnvelope,
  voidHead,
} from '#protocol';
import { readVectors, withCode } from './vectors.ts';

interface EnvelopeVectors {
  readonly people: { alice: { node_id: string; seed: string; public_key: string } };
  readonly valid: {
    name: string;
    wire: string;
    signed_bytes: string;
    payload_bytes: string;
    payload_hash: string;
    public_key: string;
  }[];
  readonly invalid: { name: string; wire: string; code: string }[];
  readonly unverified: { name: string; wire: string; public_key: string }[];
  readonly sizes: { name: string; prefix: string; suffix: string; repeat: number; code?: string }[];
}

const vectors = readVectors<EnvelopeVectors>('envelope');

function fields(): EnvelopeFields {
  const party = { node_id: parseNodeId(vectors.people.alice.node_id), server_url: '', username: 'alice' };
  return {
    id: newMessageId(1_795_234_076_123, new Uint8Array(10)),
    type: 'profile_get',
    from: party,
    to: party,
    seq: 1,
    timestamp: formatTimestamp(1_795_234_076_123),
    payload: {},
  };
}

test('parses and verifies the valid vectors, and signs them to the same bytes', async () => {
  assert.equal(vectors.valid.length, 3);
  const key = signingKeyFromSeed(fromHex(vectors.people.alice.seed));
  for (const vector of vectors.valid) {
    const parsed = parseEnvelope(utf8(vector.wire));
    assert.equal(fromUtf8(parsed.signedBytes), vector.signed_bytes, vector.name);
    assert.equal(fromUtf8(parsed.payloadBytes), vector.payload_bytes);
    assert.equal(toHex(parsed.payloadHash), vector.payload_hash);
    assert.equal(await verifyEnvelope(parsed, fromHex(vector.public_key)), true);
    const { version: _version, signature: _signature, ...unsigned } = parsed.envelope;
    assert.equal(fromUtf8(signEnvelope(unsigned, key)), vector.wire);
  }
});

test('refuses the invalid vectors, each with its code', () => {
  assert.ok(vectors.invalid.length > 30);
  for (const { name, wire, code } of vectors.invalid) {
    assert.throws(() => parseEnvelope(utf8(wire)), withCode(code), name);
  }
});

test('parses but does not verify what another key, purpose or text made', async () => {
  assert.equal(vectors.unverified.length, 4);
  for (const { name, wire, public_key } of vectors.unverified) {
    assert.equal(await verifyEnvelope(parseEnvelope(utf8(wire)), fromHex(public_key)), false, name);
  }
});

test('takes 64 KiB and not a byte more', () => {
  for (const { prefix, suffix, repeat, code } of vectors.sizes) {
    const wire = utf8(prefix + 'a'.repeat(repeat) + suffix);
    if (code === undefined) parseEnvelope(wire);
    else assert.throws(() => parseEnvelope(wire), withCode(code));
  }
});

test('refuses or fails to verify every flipped bit of a valid envelope', async () => {
  const { wire, public_key } = vectors.valid[1] as EnvelopeVectors['valid'][0];
  const bytes = utf8(wire);
  let verified = 0;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      if (await verifyEnvelope(parseEnvelope(flipped), fromHex(public_key))) verified++;
    } catch (error) {
      assert.ok(error instanceof AppError, String(error));
    }
  }
  assert.equal(verified, 0);
});

test('refuses to sign what it would refuse to parse', () => {
  const key = signingKeyFromSeed(new Uint8Array(32));
  const wrong =
    (changes: object): (() => Uint8Array) =>
    () =>
      signEnvelope({ ...fields(), ...changes }, key);
  assert.throws(wrong({ seq: 2 ** 32 }), withCode('envelope/seq'));
  assert.throws(wrong({ timestamp: '2026' }), withCode('envelope/timestamp'));
  assert.throws(wrong({ payload: { a: 1.5 } }), withCode('canonical/number'));
  assert.throws(wrong({ payload: { a: 'x'.repeat(70_000) } }), withCode('envelope/too-large'));
  assert.throws(wrong({ id: 'x' as MessageId }), withCode('envelope/id'));
});

test('numbers messages within generations, up to the bounds of 53 bits', () => {
  assert.equal(envelopeSeq(0, 1), 1);
  assert.equal(envelopeSeq(1, 1), 4_294_967_297);
  assert.equal(envelopeSeq(GENERATION_MAX, 2 ** 32 - 1), Number.MAX_SAFE_INTEGER);
  assert.deepEqual(splitSeq(Number.MAX_SAFE_INTEGER), { generation: GENERATION_MAX, n: 2 ** 32 - 1 });
  for (const [generation, n] of [
    [-1, 1],
    [GENERATION_MAX + 1, 1],
    [1, 0],
    [1, 2 ** 32],
    [0.5, 1],
  ] as const) {
    assert.throws(() => envelopeSeq(generation, n), /no seq/);
  }
  fc.assert(
    fc.property(fc.nat(GENERATION_MAX), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (generation, n) => {
      assert.deepEqual(splitSeq(envelopeSeq(generation, n)), { generation, n });
    }),
  );
});

test('splits and joins batches as the vectors say', () => {
  const batch = readVectors<{
    valid: { text: string; lines: string[] }[];
    invalid: { name: string; text: string; code: string }[];
  }>('batch');
  assert.equal(batch.valid.length, 3);
  for (const { text, lines } of batch.valid) {
    assert.deepEqual(splitBatch(utf8(text)).map(fromUtf8), lines);
    assert.equal(fromUtf8(joinBatch(lines.map(utf8))), text);
  }
  for (const { name, text, code } of batch.invalid) {
    assert.throws(() => splitBatch(utf8(text)), withCode(code), name);
  }
});

test('bounds a batch in envelopes and in bytes, in both directions', () => {
  assert.throws(() => splitBatch(new Uint8Array(BATCH_BYTES_MAX + 1)), withCode('batch/too-large'));
  assert.throws(() => joinBatch([new Uint8Array(BATCH_BYTES_MAX)]), withCode('batch/too-large'));
  assert.throws(() => joinBatch(Array.from({ length: 1001 }, () => utf8('x'))), withCode('batch/too-many'));
  assert.throws(() => joinBatch([new Uint8Array()]), withCode('batch/framing'));
  assert.throws(() => joinBatch([utf8('a\nb')]), withCode('batch/framing'));
});

test('chains heads as the vectors say', () => {
  const chain = readVectors<{
    from: NodeId;
    to: NodeId;
    generation: number;
    head_zero: string;
    opposite_direction_head_zero: string;
    steps: { kind: 'message' | 'void'; seq: number; id: string; payload_hash: string; head: string }[];
  }>('chain');
  let head = headZero(chain.from, chain.to, chain.generation);
  assert.equal(toHex(head), chain.head_zero);
  assert.equal(toHex(headZero(chain.to, chain.from, chain.generation)), chain.opposite_direction_head_zero);
  assert.equal(chain.steps.length, 3);
  for (const step of chain.steps) {
    head =
      step.kind === 'void'
        ? voidHead(head, step.seq)
        : nextHead(head, step.seq, parseMessageId(step.id), fromHex(step.payload_hash));
    assert.equal(toHex(head), step.head);
  }
});

test('gives another head for another order, generation or payload', () => {
  const { from } = fields();
  const id = newMessageId(1, new Uint8Array(10));
  const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const zero = headZero(from.node_id, from.node_id, 1);
  assert.notDeepEqual(zero, headZero(from.node_id, from.node_id, 2));
  assert.notDeepEqual(nextHead(zero, 1, id, a), nextHead(zero, 1, id, b));
  assert.notDeepEqual(nextHead(zero, 1, id, a), nextHead(zero, 2, id, a));
  assert.notDeepEqual(nextHead(zero, 1, id, a), voidHead(zero, 1));
  assert.throws(() => nextHead(zero, 1, id, a.subarray(1)), /32 bytes/);
});
