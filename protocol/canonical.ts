// Canonical JSON: RFC 8785 (JCS) under ORF's strict profile, see docs/protocol.md "Canonical form".
// A document has exactly one spelling; `scanCanonical` accepts that one and refuses all others in a single
// pass over the bytes, before JSON.parse sees them, so that no two parsers can read a document differently.
import { utf8 } from './bytes.ts';
import { CanonicalScanner } from './canonical-scanner.ts';
import { AppError, invalid } from './errors.ts';
import { CANONICAL_BYTES_MAX, DEPTH_MAX } from './limits.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Where a member of the top-level object lies: `keyStart` at the key's opening quote, `start`..`end` its value. */
export interface Span {
  readonly keyStart: number;
  readonly start: number;
  readonly end: number;
}

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Checks that the bytes are the canonical form of a JSON value, and finds the members of a top-level object.
 * @throws canonical/too-large, canonical/syntax, canonical/utf8, canonical/lone-surrogate, canonical/nul,
 * canonical/number, canonical/depth, canonical/duplicate-key, canonical/forbidden-key, and
 * canonical/not-canonical for well-formed JSON in another spelling. The first fault in byte order decides.
 */
export function scanCanonical(bytes: Uint8Array): { spans: Map<string, Span> } {
  const flat = scanMembers(bytes);
  const spans = new Map<string, Span>();
  for (let i = 0; i < flat.length; i += 3) {
    const [keyStart, start, end] = [flat[i] as number, flat[i + 1] as number, flat[i + 2] as number];
    spans.set(JSON.parse(lenient.decode(bytes.subarray(keyStart, start - 1))) as string, {
      keyStart,
      start,
      end,
    });
  }
  return { spans };
}

/** As `scanCanonical`, for callers that know the keys: `[keyStart, start, end]` of each member, flat, in order. */
export function scanMembers(bytes: Uint8Array): readonly number[] {
  if (bytes.length > CANONICAL_BYTES_MAX) {
    throw new AppError({
      category: 'limit',
      code: 'canonical/too-large',
      safe: `A document may have at most ${CANONICAL_BYTES_MAX} bytes.`,
    });
  }
  return new CanonicalScanner(bytes).scan();
}

/** The value of canonical bytes. @throws canonical/* as `scanCanonical` */
export function parseCanonical(bytes: Uint8Array): Json {
  scanMembers(bytes);
  return parseScanned(bytes);
}

/** The value of bytes, or of a value's span in bytes, that `scanMembers` has accepted. */
export function parseScanned(bytes: Uint8Array): Json {
  return JSON.parse(lenient.decode(bytes)) as Json;
}

/**
 * The canonical bytes of a value (RFC 8785). Refuses what the profile cannot carry instead of repairing it:
 * floats, -0, integers beyond 2^53-1, undefined, lone surrogates, NUL, depth over 16, keys that alter prototypes.
 * @throws canonical/number, canonical/type, canonical/lone-surrogate, canonical/nul, canonical/depth, canonical/forbidden-key
 */
export function canonicalize(value: Json): Uint8Array {
  return utf8(write(value, 0));
}

function write(value: Json, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
        throw invalid(
          'canonical/number',
          'Numbers are integers from -(2^53-1) to 2^53-1, and -0 is not written.',
        );
      }
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth === DEPTH_MAX) {
        throw invalid('canonical/depth', `A document nests at most ${DEPTH_MAX} levels.`);
      }
      return Array.isArray(value)
        ? writeArray(value as readonly Json[], depth + 1)
        : writeObject(value as JsonObject, depth + 1);
    default:
      throw invalid('canonical/type', `A ${typeof value} has no JSON form.`);
  }
}

function writeArray(value: readonly Json[], depth: number): string {
  let out = '[';
  // An index loop, because a hole must be met as undefined and refused.
  for (let i = 0; i < value.length; i++) out += (i === 0 ? '' : ',') + write(value[i] as Json, depth);
  return out + ']';
}

function writeObject(value: JsonObject, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw invalid('canonical/type', 'Only plain objects have a canonical form.');
  }
  let out = '{';
  // The default sort compares UTF-16 code units, as RFC 8785 section 3.2.3 asks.
  for (const key of Object.keys(value).sort()) {
    if (FORBIDDEN_KEYS.has(key)) throw invalid('canonical/forbidden-key', `The key ${key} is not allowed.`);
    out += (out.length === 1 ? '' : ',') + writeString(key) + ':' + write(value[key] as Json, depth);
  }
  return out + '}';
}

function writeString(text: string): string {
  if (!text.isWellFormed())
    throw invalid('canonical/lone-surrogate', 'A string holds half of a surrogate pair.');
  if (text.includes('\0')) throw invalid('canonical/nul', 'A string holds U+0000.');
  // JSON.stringify escapes as RFC 8785 section 3.2.2.2 does: minimal, and lower-case hexadecimal.
  return JSON.stringify(text);
}
