// Node's and the browser's primitives give the same answer to everything, and the answer that the RFC asks for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Point } from '@noble/ed25519';
import { concatBytes, fromHex, toHex } from '#protocol';
import { primitives as browser } from '#protocol/crypto/browser.ts';
import { primitives as node } from '#protocol/crypto/node.ts';
import { isAcceptablePublicKey } from '#protocol/crypto/primitives.ts';
import { sha512 } from '@noble/hashes/sha2.js';
import { readVectors } from './vectors.ts';

const both = { node, browser };

interface Case {
  readonly seed: string;
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
}

const rfc8032 = readVectors<{ cases: Case[] }>('published/ed25519-rfc8032').cases;
const wycheproof = readVectors<{ cases: (Omit<Case, 'seed'> & { tc: number; valid: boolean })[] }>(
  'published/ed25519-wycheproof',
).cases;

for (const [name, primitives] of Object.entries(both)) {
  test(`${name}: signs and verifies the RFC 8032 vectors`, async () => {
    assert.equal(rfc8032.length, 4);
    for (const { seed, publicKey, message, signature } of rfc8032) {
      const key = primitives.signingKey(fromHex(seed));
      assert.equal(toHex(key.publicKey), publicKey);
      assert.equal(toHex(key.sign(fromHex(message))), signature);
      assert.equal(await primitives.verify(fromHex(publicKey), fromHex(message), fromHex(signature)), true);
      assert.equal(
        primitives.verifySync(fromHex(publicKey), fromHex(message + '00'), fromHex(signature)),
        false,
      );
    }
  });

  test(`${name}: judges every Wycheproof case as Wycheproof does`, async () => {
    assert.equal(wycheproof.length, 151);
    for (const { tc, publicKey, message, signature, valid } of wycheproof) {
      const input = [fromHex(publicKey), fromHex(message), fromHex(signature)] as const;
      assert.equal(primitives.verifySync(...input), valid, `case ${tc}`);
      assert.equal(await primitives.verify(...input), valid, `case ${tc}`);
    }
  });

  test(`${name}: refuses keys of small order and keys in a second spelling`, async () => {
    const message = new Uint8Array(3);
    // Under the neutral element, R = S x B fits every message: this would be accepted without the check.
    const s = 5n;
    const signature = concatBytes(Point.BASE.multiply(s).toBytes(), Uint8Array.of(5), new Uint8Array(31));
    const small = [
      '0100000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000080',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0000000000000000000000000000000000000000000000000000000000000080',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ];
    for (const publicKey of small) {
      assert.equal(await primitives.verify(fromHex(publicKey), message, signature), false, publicKey);
    }
  });

  test(`${name}: answers false, never an error, to keys and signatures of any shape`, async () => {
    const key = primitives.signingKey(new Uint8Array(32).fill(1));
    const message = Uint8Array.of(1, 2, 3);
    const signature = key.sign(message);
    assert.deepEqual(await key.signAside(message), signature);
    assert.equal(await primitives.verify(key.publicKey, message, signature.subarray(0, 63)), false);
    assert.equal(
      await primitives.verify(key.publicKey, message, concatBytes(signature, Uint8Array.of(0))),
      false,
    );
    assert.equal(await primitives.verify(key.publicKey.subarray(1), message, signature), false);
    assert.equal(await primitives.verify(new Uint8Array(), message, signature), false);
    assert.equal(await primitives.verify(new Uint8Array(32).fill(2), message, signature), false); // not on the curve
  });

  test(`${name}: gives random bytes of any length`, () => {
    assert.equal(primitives.randomBytes(0).length, 0);
    assert.equal(primitives.randomBytes(70_000).length, 70_000);
    assert.notDeepEqual(primitives.randomBytes(32), primitives.randomBytes(32));
  });
}

test('a key has one spelling, whatever the libraries below would take', () => {
  const key = node.signingKey(new Uint8Array(32)).publicKey;
  assert.equal(isAcceptablePublicKey(key), true);
  const prime = 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f';
  // p, p + 3, p + 4 and 2^255 - 1 with the sign: second spellings of 0, 3, 4 and 18.
  for (const hex of [prime, prime.replace('ed', 'f0'), prime.replace('ed', 'f1'), 'ff'.repeat(32)]) {
    assert.equal(isAcceptablePublicKey(fromHex(hex)), false, hex);
  }
  assert.equal(isAcceptablePublicKey(fromHex('03' + '00'.repeat(31))), true);
});

test('both hash and sign alike, as bare Uint8Arrays', () => {
  for (let length = 0; length < 200; length += 13) {
    const bytes = node.randomBytes(length);
    const seed = node.randomBytes(32);
    assert.deepEqual(browser.sha256(bytes), node.sha256(bytes));
    assert.deepEqual(browser.signingKey(seed).sign(bytes), node.signingKey(seed).sign(bytes));
    assert.equal(Object.getPrototypeOf(node.sha256(bytes)), Uint8Array.prototype);
  }
});

test('both agree on keys of mixed order, where verifiers with and without cofactor part', () => {
  const order = Point.CURVE().n;
  const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
  const littleEndian = (bytes: Uint8Array): bigint => BigInt('0x' + toHex(Uint8Array.from(bytes).reverse()));
  const secret = 123_456_789n;
  const publicKey = Point.BASE.multiply(secret).add(torsion).toBytes();
  const r = 987_654_321n;
  const rBytes = Point.BASE.multiply(r).toBytes();
  let accepted = 0;
  for (let i = 0; i < 64; i++) {
    const message = Uint8Array.of(i);
    const h = littleEndian(sha512(concatBytes(rBytes, publicKey, message))) % order;
    const s = (r + h * secret) % order;
    const sBytes = fromHex(s.toString(16).padStart(64, '0')).reverse();
    const signature = concatBytes(rBytes, sBytes);
    const answer = node.verifySync(publicKey, message, signature);
    assert.equal(browser.verifySync(publicKey, message, signature), answer);
    if (answer) accepted++;
  }
  // About one in eight is valid without cofactor; with cofactor all are. Both kinds must have occurred.
  assert.ok(accepted > 0 && accepted < 64, String(accepted));
});
