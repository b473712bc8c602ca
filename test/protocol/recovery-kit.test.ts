// The paper kit and fingerprints (docs/protocol.md "Recovery").
import { wordlist as englishWords } from '@scure/bip39/wordlists/english.js';
import { wordlist as frenchWords } from '@scure/bip39/wordlists/french.js';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  fingerprint,
  formatIdentityCode,
  formatKitCode,
  parseIdentityCode,
  parseKitCode,
  parseNodeId,
  recoveryWords,
  seedFromWords,
} from '#protocol';
import { hashOf, key, seed } from './identity/forged-log.ts';

const nodeId = parseNodeId(hashOf(1));
const random = Uint8Array.from(createHash('sha256').update('a kit').digest());

describe('the 24 words', () => {
  it('give the seed back, in French and in English, from a list or from one text', () => {
    for (const language of ['en', 'fr'] as const) {
      const words = recoveryWords(random, language);
      assert.equal(words.length, 24);
      assert.deepEqual(seedFromWords(words), random);
      assert.deepEqual(seedFromWords(words, language), random);
      assert.deepEqual(seedFromWords(`  ${words.join('\n')} `), random);
      assert.deepEqual(seedFromWords(words.map((word, i) => `${i + 1}. ${word}`).join('\n')), random);
    }
  });

  it('are those of BIP 39', () => {
    assert.equal(recoveryWords(new Uint8Array(32)).join(' '), `${'abandon '.repeat(23)}art`);
    assert.equal(recoveryWords(new Uint8Array(32).fill(255)).join(' '), `${'zoo '.repeat(23)}vote`);
  });

  it('are accepted without accents, in upper case and in either Unicode form', () => {
    const accented = Array.from({ length: 64 }, (_, i) => recoveryWords(seed(i), 'fr')).find((words) =>
      words.some((word) => /[é-ï]/.test(word)),
    );
    assert.ok(accented !== undefined);
    const expected = seedFromWords(accented);
    assert.deepEqual(
      seedFromWords(accented.map((word) => word.normalize('NFD').replace(/\p{M}/gu, ''))),
      expected,
    );
    assert.deepEqual(seedFromWords(accented.map((word) => word.toUpperCase())), expected);
    assert.deepEqual(seedFromWords(accented.map((word) => word.normalize('NFD'))), expected);
  });

  it('stay different words without their accents', () => {
    for (const list of [englishWords, frenchWords]) {
      assert.equal(new Set(list.map((word) => word.normalize('NFKD').replace(/\p{M}/gu, ''))).size, 2048);
    }
  });

  it('are refused with their number, the place of an unknown word, or a wrong checksum', () => {
    const words = recoveryWords(random, 'fr');
    assert.throws(() => seedFromWords(words.slice(1)), { code: 'kit/word-count' });
    assert.throws(() => seedFromWords('x '.repeat(100_000)), { code: 'kit/word-count' });
    assert.throws(
      () => seedFromWords(words.with(16, 'ordinateurs')),
      (error: Error & { code?: string }) => error.code === 'kit/unknown-word' && error.message.includes('17'),
    );
    assert.throws(() => seedFromWords([words[1] as string, words[0] as string, ...words.slice(2)]), {
      code: 'kit/checksum',
    });
    assert.throws(() => seedFromWords(words, 'en'), { code: 'kit/unknown-word' });
  });

  it('never appear in the error', () => {
    const words = recoveryWords(random, 'fr').with(5, 'secretissime');
    assert.throws(
      () => seedFromWords(words),
      (error: Error) => !JSON.stringify([error, error.message, String(error.cause)]).includes('secretissime'),
    );
  });
});

describe('a kit code', () => {
  it('gives node id and seed back', () => {
    const text = formatKitCode(nodeId, random);
    assert.match(text, /^orf-kit:1:Qm[^:]+:[\w-]{43}:[\w-]{6}$/);
    assert.deepEqual(parseKitCode(`${text}\n`), { nodeId, seed: random });
  });

  it('is refused when misread, of another node, of another version or cut', () => {
    const text = formatKitCode(nodeId, random);
    const other = formatKitCode(parseNodeId(hashOf(2)), random);
    const mixed = [...other.split(':').slice(0, 3), ...text.split(':').slice(3)].join(':');
    for (const wrong of [
      text.slice(0, -1),
      `${text}:x`,
      text.replace(':1:', ':2:'),
      mixed,
      'orf-id:1',
      '',
      text.replace('Qm', 'Qn'),
    ]) {
      assert.throws(() => parseKitCode(wrong), { code: 'kit/code' }, wrong);
    }
  });
});

describe('a fingerprint', () => {
  it('is the first bits of a hash over node id and signing key', () => {
    const digest = createHash('sha256')
      .update(`ORF/1 fingerprint\0${nodeId}`)
      .update(key(1).publicKey)
      .digest();
    const { words, hex } = fingerprint(nodeId, key(1).publicKey);
    assert.equal(hex.join(''), digest.toString('hex').slice(0, 32));
    const bits = [...digest].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    assert.deepEqual(
      words,
      Array.from({ length: 8 }, (_, i) => englishWords[Number.parseInt(bits.slice(i * 11, i * 11 + 11), 2)]),
    );
  });

  it('differs for another node and for another key, and has French words', () => {
    const texts = [
      fingerprint(nodeId, key(1).publicKey),
      fingerprint(nodeId, key(2).publicKey),
      fingerprint(parseNodeId(hashOf(2)), key(1).publicKey),
    ].map(({ words }) => words.join(' '));
    assert.equal(new Set(texts).size, 3);
    for (const word of fingerprint(nodeId, key(1).publicKey, 'fr').words) {
      assert.ok(frenchWords.includes(word.normalize('NFKD')), word);
    }
  });

  it('travels as a code that names node and key', () => {
    const text = formatIdentityCode(nodeId, key(1).publicKey);
    assert.deepEqual(parseIdentityCode(text), { nodeId, signingPublicKey: key(1).publicKey });
    for (const wrong of [
      '',
      text.slice(0, -1),
      `${text}:`,
      formatKitCode(nodeId, random),
      text.replace('z6Mk', 'z6Mz'),
    ]) {
      assert.throws(() => parseIdentityCode(wrong), { code: 'kit/identity-code' }, wrong);
    }
  });
});
