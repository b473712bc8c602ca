// What an owner holds on paper and reads aloud: the recovery key as 24 words or a QR code, and fingerprints by which
// two people compare their nodes. docs/protocol.md "Recovery". Words are BIP 39 entropy words: no passphrase, no
// stretching; the 32 bytes are the Ed25519 seed of the recovery key. Nothing here stores or prints a secret.
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist as englishWords } from '@scure/bip39/wordlists/english.js';
import { wordlist as frenchWords } from '@scure/bip39/wordlists/french.js';
import { concatBytes, equalBytes, fromBase64Url, toBase64Url, toHex, utf8 } from './bytes.ts';
import { type ErrorCode, type Text, invalid } from './errors.ts';
import { type NodeId, isNodeId } from './ids.ts';
import { multibaseToPublicKey, publicKeyToMultibase, sha256 } from './keys.ts';

export type WordLanguage = 'en' | 'fr';

export interface Fingerprint {
  /** Eight words, 88 bits: to be read aloud, both people in the same language. */
  readonly words: readonly string[];
  /** Eight groups of four hexadecimal digits, 128 bits: the same in every language. */
  readonly hex: readonly string[];
}

export const RECOVERY_WORDS = 24;
const FINGERPRINT_WORDS = 8;
const FINGERPRINT_GROUPS = 8;
const BITS_PER_WORD = 11;
/** More than 24 words of the longest kind, with room for spaces and line breaks: longer input is not looked at. */
const INPUT_CHARS_MAX = 1000;
const KIT_CHECK_BYTES = 4;

const listByLanguage: Record<WordLanguage, readonly string[]> = { en: englishWords, fr: frenchWords };

/** The 24 words of a 32-byte seed, in composed form (NFC). */
export function recoveryWords(seed: Uint8Array, language: WordLanguage = 'en'): string[] {
  if (seed.length !== 32) throw new Error('a recovery seed has 32 bytes');
  return splitWords(entropyToMnemonic(seed, [...listByLanguage[language]])).map((word) =>
    word.normalize('NFC'),
  );
}

/**
 * The 32-byte seed of 24 words, typed in any case, with or without accents, as a list or as one text. Without a
 * language both lists are tried. @throws kit/word-count, kit/unknown-word, kit/checksum
 */
export function seedFromWords(words: readonly string[] | string, language?: WordLanguage): Uint8Array {
  const typed = splitWords(typeof words === 'string' ? words : words.join(' '));
  if (typed.length !== RECOVERY_WORDS) {
    throw invalid('kit/word-count', {
      en: `A recovery kit has ${RECOVERY_WORDS} words; these are ${typed.length}.`,
      fr: `Un kit de récupération compte ${RECOVERY_WORDS} mots ; en voici ${typed.length}.`,
    });
  }
  const languages: readonly WordLanguage[] = language === undefined ? ['en', 'fr'] : [language];
  const indices = languages.map((candidate) => indicesOf(typed, candidate));
  const unknown = indices.map((list) => list.indexOf(-1));
  if (unknown.every((position) => position >= 0)) throw unknownWord(Math.max(...unknown));
  for (const [i, candidate] of languages.entries()) {
    const seed = unknown[i] === -1 ? entropyOf(indices[i] as number[], candidate) : null;
    if (seed !== null) return seed;
  }
  throw invalid('kit/checksum', {
    en: 'These words do not belong together: one is wrong, or two are swapped. Please compare them with your kit. Nothing was changed.',
    fr: "Ces mots ne vont pas ensemble : l'un est faux, ou deux sont inversés. Comparez-les avec votre kit. Rien n'a été modifié.",
  });
}

/**
 * What two people compare to know that they see the same node and key: the first bits of
 * SHA-256("ORF/1 fingerprint\0" || node id || 32-byte signing key).
 */
export function fingerprint(
  nodeId: NodeId,
  signingPublicKey: Uint8Array,
  language: WordLanguage = 'en',
): Fingerprint {
  if (signingPublicKey.length !== 32) throw new Error('an Ed25519 public key has 32 bytes');
  const digest = sha256(concatBytes(utf8('ORF/1 fingerprint\0'), utf8(nodeId), signingPublicKey));
  const list = listByLanguage[language];
  const words = Array.from({ length: FINGERPRINT_WORDS }, (_, i) =>
    (list[bitsAt(digest, i * BITS_PER_WORD)] as string).normalize('NFC'),
  );
  const hex = Array.from({ length: FINGERPRINT_GROUPS }, (_, i) => toHex(digest.subarray(i * 2, i * 2 + 2)));
  return { words, hex };
}

/** The text of the kit's QR code: `orf-kit:1:<node id>:<seed>:<check>`. Secret, as the words are. */
export function formatKitCode(nodeId: NodeId, seed: Uint8Array): string {
  if (seed.length !== 32) throw new Error('a recovery seed has 32 bytes');
  return `orf-kit:1:${nodeId}:${toBase64Url(seed)}:${toBase64Url(kitCheck(nodeId, seed))}`;
}

/** Node and seed of a kit's QR code. @throws kit/code */
export function parseKitCode(text: string): { readonly nodeId: NodeId; readonly seed: Uint8Array } {
  const [scheme, version, nodeId = '', seedText = '', checkText = '', ...rest] = codeParts(text);
  const bad = badCode('kit/code', {
    en: 'This is not the code of a recovery kit, or a part of it was not read. Please scan it again, or type the 24 words.',
    fr: "Ce n'est pas le code d'un kit de récupération, ou une partie n'a pas été lue. Scannez-le à nouveau, ou tapez les 24 mots.",
  });
  if (scheme !== 'orf-kit' || version !== '1' || rest.length > 0 || !isNodeId(nodeId)) throw bad();
  const seed = decodeOr(bad, () => fromBase64Url(seedText, 32));
  const check = decodeOr(bad, () => fromBase64Url(checkText, KIT_CHECK_BYTES));
  if (!equalBytes(check, kitCheck(nodeId, seed))) throw bad();
  return { nodeId, seed };
}

/** The text of the QR code by which another person's app checks a node: `orf-id:1:<node id>:<signing key>`. Public. */
export function formatIdentityCode(nodeId: NodeId, signingPublicKey: Uint8Array): string {
  return `orf-id:1:${nodeId}:${publicKeyToMultibase(signingPublicKey)}`;
}

/** Node and signing key of an identity's QR code. @throws kit/identity-code */
export function parseIdentityCode(text: string): {
  readonly nodeId: NodeId;
  readonly signingPublicKey: Uint8Array;
} {
  const [scheme, version, nodeId = '', key = '', ...rest] = codeParts(text);
  const bad = badCode('kit/identity-code', {
    en: 'This is not the code of a node. Please scan it again, or compare the words.',
    fr: "Ce n'est pas le code d'un nœud. Scannez-le à nouveau, ou comparez les mots.",
  });
  if (scheme !== 'orf-id' || version !== '1' || rest.length > 0 || !isNodeId(nodeId)) throw bad();
  return { nodeId, signingPublicKey: decodeOr(bad, () => multibaseToPublicKey(key)) };
}

/** Upper case, accents and their absence, and the two Unicode forms are one word. */
function plainWord(word: string): string {
  return word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Made at first use: who starts a node types no kit, and the maps would stay in its memory. */
const indexByLanguage = new Map<WordLanguage, ReadonlyMap<string, number>>();

function indexOf(language: WordLanguage): ReadonlyMap<string, number> {
  const known = indexByLanguage.get(language);
  if (known !== undefined) return known;
  const index = new Map(listByLanguage[language].map((word, i) => [plainWord(word), i]));
  indexByLanguage.set(language, index);
  return index;
}

function splitWords(text: string): string[] {
  // Numbers and points of a copied list are not words.
  return text
    .slice(0, INPUT_CHARS_MAX)
    .split(/[\s\d.,;:)]+/)
    .filter((word) => word !== '');
}

function indicesOf(typed: readonly string[], language: WordLanguage): number[] {
  const index = indexOf(language);
  return typed.map((word) => index.get(plainWord(word)) ?? -1);
}

function entropyOf(indices: readonly number[], language: WordLanguage): Uint8Array | null {
  const list = [...listByLanguage[language]];
  try {
    return mnemonicToEntropy(indices.map((i) => list[i] as string).join(' '), list);
  } catch {
    return null; // the checksum does not hold: the caller says so, once both languages were tried
  }
}

function unknownWord(position: number): Error {
  return invalid('kit/unknown-word', {
    en: `Word ${position + 1} is not one of the words that kits use. Please compare it with your kit.`,
    fr: `Le mot ${position + 1} n'est pas un des mots employés par les kits. Comparez-le avec votre kit.`,
  });
}

function bitsAt(bytes: Uint8Array, offset: number): number {
  let value = 0;
  for (let bit = offset; bit < offset + BITS_PER_WORD; bit++) {
    value = (value << 1) | (((bytes[bit >> 3] as number) >> (7 - (bit & 7))) & 1);
  }
  return value;
}

/** Tells a misread code from a right one, and a seed under a foreign node id; no secret can be found from it. */
function kitCheck(nodeId: NodeId, seed: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8('ORF/1 kit\0'), utf8(nodeId), seed)).subarray(0, KIT_CHECK_BYTES);
}

function codeParts(text: string): string[] {
  return text.trim().slice(0, INPUT_CHARS_MAX).split(':');
}

function badCode(code: ErrorCode, safe: Text): () => Error {
  return () => invalid(code, safe);
}

function decodeOr<Value>(bad: () => Error, decode: () => Value): Value {
  try {
    return decode();
  } catch {
    throw bad(); // without the cause: it could repeat a part of the secret
  }
}
