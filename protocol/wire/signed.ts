// Signed documents other than the envelope (receipts, requests, tickets, records): canonical JSON objects with a
// member `signature`, Ed25519 with a purpose over the canonical bytes without that member.
// Parsing checks canonical form, size and shape; verifying is a second step with the signer's key.
import type { z } from 'zod';
import { concatBytes, fromBase64Url, toBase64Url } from '../bytes.ts';
import {
  type Json,
  type JsonObject,
  type Span,
  canonicalize,
  parseScanned,
  scanCanonical,
} from '../canonical.ts';
import { AppError, type ErrorCode, invalid } from '../errors.ts';
import { type Purpose, type SigningKey, signFor, verifyFor } from '../keys.ts';

/** How to read one kind of document: `area` prefixes its error codes. */
export interface DocumentKind<T> {
  readonly area: string;
  readonly purpose: Purpose;
  readonly bytesMax: number;
  /** A strict object with a member `signature`. */
  readonly schema: z.ZodType<T>;
}

export interface SignedDocument<T> {
  readonly value: T;
  /** The bytes as they came. */
  readonly bytes: Uint8Array;
  /** The bytes without the member `signature`. */
  readonly signedBytes: Uint8Array;
  readonly signatureBytes: Uint8Array;
}

/** The canonical bytes of a document with its signature. @throws <area>/shape, <area>/too-large, canonical/* */
export function signDocument<T>(kind: DocumentKind<T>, fields: JsonObject, key: SigningKey): Uint8Array {
  const signature = toBase64Url(signFor(kind.purpose, key, canonicalize(fields)));
  const document = { ...fields, signature };
  checkShape(kind.schema, document, `${kind.area}/shape`);
  const bytes = canonicalize(document);
  if (bytes.length > kind.bytesMax) throw tooLarge(kind);
  return bytes;
}

/** The document of canonical bytes, its signature not yet verified. @throws <area>/too-large, canonical/*, <area>/shape */
export function parseDocument<T>(kind: DocumentKind<T>, bytes: Uint8Array): SignedDocument<T> {
  if (bytes.length > kind.bytesMax) throw tooLarge(kind);
  const { spans } = scanCanonical(bytes);
  const raw = parseScanned(bytes);
  const value = checkShape(kind.schema, raw, `${kind.area}/shape`);
  const signature = (raw as { readonly signature: string }).signature;
  return {
    value,
    bytes,
    signedBytes: withoutMember(bytes, spans, 'signature'),
    signatureBytes: fromBase64Url(signature, 64),
  };
}

/** Whether the document's signature holds under a 32-byte public key. */
export function verifyDocument<T>(
  kind: DocumentKind<T>,
  parsed: SignedDocument<T>,
  publicKey: Uint8Array,
): Promise<boolean> {
  return verifyFor(kind.purpose, publicKey, parsed.signedBytes, parsed.signatureBytes);
}

/** Canonical bytes of an object without one of its members: the member and one of its commas are cut out. */
export function withoutMember(bytes: Uint8Array, spans: ReadonlyMap<string, Span>, name: string): Uint8Array {
  const span = spans.get(name);
  if (span === undefined) throw new Error(`no member ${name}`);
  const first = span.keyStart === 1;
  const last = span.end === bytes.length - 1;
  const from = last && !first ? span.keyStart - 1 : span.keyStart;
  return concatBytes(bytes.subarray(0, from), bytes.subarray(last ? span.end : span.end + 1));
}

/** A value of a schema; the error names the first wrong place, never its content. @throws the given code */
export function checkShape<T>(schema: z.ZodType<T>, value: Json | undefined, code: ErrorCode): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = (issue?.path ?? []).map(String).join('.').slice(0, 100) || 'the document';
  throw invalid(code, `Wrong at ${place}: ${(issue?.message ?? 'unknown').slice(0, 200)}.`);
}

function tooLarge<T>(kind: DocumentKind<T>): AppError {
  return new AppError({
    category: 'limit',
    code: `${kind.area}/too-large`,
    safe: `This document may have at most ${kind.bytesMax} bytes.`,
  });
}
