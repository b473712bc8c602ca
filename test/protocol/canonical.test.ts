// The scanner accepts exactly the canonical form: held against another implementation of RFC 8785 on random values
// and on every single-byte change of real documents.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import reference from 'canonicalize';
import fc from 'fast-check';
import {
  AppError,
  CANONICAL_BYTES_MAX,
  type Json,
  canonicalize,
  fromUtf8,
  parseCanonical,
  scanCanonical,
  utf8,
} from '#protocol';
import { readVectors, withCode } from './vectors.ts';

interface Published {
  readonly documents: { name: string; input: string; canonical: string; code?: string }[];
  readonly numbers: { text: string; code?: string }[];
}
interface Own {
  readonly valid: { name: string; json?: string; hex?: string }[];
  readonly invalid: { name: string; json?: string; hex?: string; code: string }[];
}

const bytesOf = (vector: { json?: string; hex?: string }): Uint8Array =>
  vector.hex === undefined ? utf8(vector.json ?? '') : Uint8Array.from(Buffer.from(vector.hex, 'hex'));

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

/** The slow definition: what the profile says, by decoding, parsing, walking and canonicalising again. */
function isCanonical(bytes: Uint8Array): boolean {
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as Json;
  } catch {
    return false;
  }
  const fits = (part: Json, depth: number): boolean => {
    if (typeof part === 'number') return Number.isSafeInteger(part) && !Object.is(part, -0);
    if (typeof part === 'string') return part.isWellFormed() && !part.includes('\0');
    if (typeof part !== 'object' || part === null) return true;
    return (
      depth < 16 &&
      Object.entries(part).every(
        ([key, inner]) => !FORBIDDEN.includes(key) && fits(key, depth) && fits(inner, depth + 1),
      )
    );
  };
  return fits(value, 0) && Buffer.from(bytes).equals(Buffer.from(utf8(reference(value) ?? '')));
}

function accepts(bytes: Uint8Array): boolean {
  try {
    scanCanonical(bytes);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('canonical/')) return false;
    throw error;
  }
}

const text = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((s) => s.isWellFormed() && !s.includes('\0'));
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.maxSafeInteger().map((n) => n + 0),
      text,
      fc.boolean(),
      fc.constant(null),
    ) as fc.Arbitrary<Json>,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => !FORBIDDEN.includes(key)),
      tie('value'),
      { maxKeys: 5 },
    ) as fc.Arbitrary<Json>,
  ),
})).value;

test('agrees with another RFC 8785 implementation on random values, and reads them back', () => {
  fc.assert(
    fc.property(json, (value) => {
      const bytes = canonicalize(value);
      assert.equal(fromUtf8(bytes), reference(value));
      assert.equal(reference(parseCanonical(bytes)), reference(value));
    }),
    { numRuns: 400 },
  );
});

test('finds the members of a top-level object where they are', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        text.filter((key) => !FORBIDDEN.includes(key)),
        json,
        { maxKeys: 6 },
      ),
      (value) => {
        const bytes = canonicalize(value);
        const { spans } = scanCanonical(bytes);
        assert.deepEqual([...spans.keys()], Object.keys(value).sort());
        for (const [key, { keyStart, start, end }] of spans) {
          assert.equal(JSON.parse(fromUtf8(bytes.subarray(keyStart, start - 1))), key);
          assert.deepEqual(bytes.subarray(start, end), canonicalize(value[key] as Json));
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('judges every single-byte change, cut and insertion as the slow definition does', () => {
  const document = utf8(
    '{"a":[1,-20,{"b":"é\\n\\u001f\\"😀"}],"aé":9007199254740991,"z":{"":null,"t":true}}',
  );
  assert.ok(accepts(document));
  let accepted = 0;
  for (let at = 0; at < document.length; at++) {
    for (let byte = 0; byte < 256; byte++) {
      const changed = Uint8Array.from(document);
      changed[at] = byte;
      const expected = isCanonical(changed);
      if (expected) accepted++;
      assert.equal(
        accepts(changed),
        expected,
        `byte ${at} to ${byte}: ${Buffer.from(changed).toString('latin1')}`,
      );
    }
    const cut = Buffer.concat([document.subarray(0, at), document.subarray(at + 1)]);
    assert.equal(accepts(cut), isCanonical(cut), `without byte ${at}`);
    for (const byte of [0x20, 0x22, 0x2c, 0x30, 0x5c, 0x7d]) {
      const longer = Buffer.concat([document.subarray(0, at), Uint8Array.of(byte), document.subarray(at)]);
      assert.equal(accepts(longer), isCanonical(longer), `${byte} inserted at ${at}`);
    }
  }
  assert.ok(
    accepted > 1000,
    'changes inside strings and numbers must stay canonical, or nothing was compared',
  );
});

test('judges random byte strings as the slow definition does', () => {
  const alphabet = [...Array.from('{}[]",:\\u0019eabtruefalsn- '), 'é', '😀', '\uFFFD', '\uE000'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...alphabet), { maxLength: 14 }), (parts) => {
      const bytes = utf8(parts.join(''));
      assert.equal(accepts(bytes), isCanonical(bytes));
    }),
    { numRuns: 3000 },
  );
});

test('orders keys by UTF-16 code units, where UTF-8 order differs', () => {
  // U+1F602 is D83D DE02 in UTF-16 and sorts before U+FB33; in UTF-8 it sorts after it.
  assert.equal(fromUtf8(canonicalize({ '\uFB33': 1, '\u{1F602}': 2 })), '{"\u{1F602}":2,"\uFB33":1}');
  scanCanonical(utf8('{"\u{1F602}":2,"\uFB33":1}'));
  assert.throws(() => scanCanonical(utf8('{"\uFB33":1,"\u{1F602}":2}')), withCode('canonical/not-canonical'));
  fc.assert(
    fc.property(fc.uniqueArray(text, { minLength: 2, maxLength: 2 }), (keys) => {
      const [a, b] = keys as [string, string];
      if (FORBIDDEN.includes(a) || FORBIDDEN.includes(b)) return;
      const wire = utf8(`{${JSON.stringify(a)}:1,${JSON.stringify(b)}:1}`);
      assert.equal(accepts(wire), a < b);
    }),
  );
});

test('accepts the published RFC 8785 documents that fit the profile, and names why the others do not', () => {
  const { documents, numbers } = readVectors<Published>('published/jcs-rfc8785');
  assert.equal(documents.length, 6);
  for (const { input, canonical, code } of documents) {
    if (code === undefined) {
      scanCanonical(utf8(canonical));
      assert.equal(fromUtf8(canonicalize(JSON.parse(input) as Json)), canonical);
    } else {
      assert.throws(() => scanCanonical(utf8(canonical)), withCode(code));
      assert.throws(() => canonicalize(JSON.parse(input) as Json), withCode(code));
    }
    if (input !== canonical) assert.throws(() => scanCanonical(utf8(input)), AppError);
  }
  for (const { text: number, code } of numbers) {
    if (code === undefined) assert.equal(parseCanonical(utf8(number)), Number(number));
    else assert.throws(() => scanCanonical(utf8(number)), withCode(code), number);
  }
});

test('accepts and refuses the committed vectors', () => {
  const { valid, invalid } = readVectors<Own>('canonical');
  assert.ok(valid.length > 5 && invalid.length > 30);
  for (const vector of valid) {
    scanCanonical(bytesOf(vector));
    assert.ok(isCanonical(bytesOf(vector)), vector.name);
  }
  for (const vector of invalid) {
    assert.throws(() => scanCanonical(bytesOf(vector)), withCode(vector.code), vector.name);
    assert.ok(!isCanonical(bytesOf(vector)), vector.name);
  }
});

test('refuses nesting of any depth without using the stack for it', () => {
  for (const depth of [17, 33, 200_000]) {
    const bytes = utf8('['.repeat(depth) + ']'.repeat(depth));
    assert.throws(() => scanCanonical(bytes), withCode('canonical/depth'));
  }
  scanCanonical(utf8('['.repeat(16) + ']'.repeat(16)));
  let nested: Json = 1;
  for (let i = 0; i < 17; i++) nested = [nested];
  assert.throws(() => canonicalize(nested), withCode('canonical/depth'));
});

test('refuses a document above the size limit before reading it', () => {
  assert.throws(
    () => scanCanonical(new Uint8Array(CANONICAL_BYTES_MAX + 1)),
    withCode('canonical/too-large'),
  );
});

test('refuses to write what it would refuse to read', () => {
  const writes =
    (value: unknown): (() => Uint8Array) =>
    () =>
      canonicalize(value as Json);
  assert.throws(writes(1.5), withCode('canonical/number'));
  assert.throws(writes(-0), withCode('canonical/number'));
  assert.throws(writes(2 ** 53), withCode('canonical/number'));
  assert.throws(writes(Number.NaN), withCode('canonical/number'));
  assert.throws(writes('\ud800'), withCode('canonical/lone-surrogate'));
  assert.throws(writes({ '\udc00': 1 }), withCode('canonical/lone-surrogate'));
  assert.throws(writes('a\0b'), withCode('canonical/nul'));
  assert.throws(writes({ a: undefined }), withCode('canonical/type'));
  assert.throws(writes(Object.assign([], { length: 2 })), withCode('canonical/type'));
  assert.throws(writes(new Map()), withCode('canonical/type'));
  assert.throws(writes(1n), withCode('canonical/type'));
  assert.throws(writes(JSON.parse('{"__proto__":1}')), withCode('canonical/forbidden-key'));
  assert.throws(writes({ constructor: 1 }), withCode('canonical/forbidden-key'));
});
