// The envelope: the one form in which nodes talk. Exactly nine members, canonical on the wire, signed over its
// canonical bytes without `signature`. `parseEnvelope` refuses every other shape before anything is verified;
// it decides nothing about who may send what. See docs/protocol.md "Envelope".
import { concatBytes, fromBase64Url, toBase64Url } from '../bytes.ts';
import { type JsonObject, canonicalize, parseScanned, scanMembers } from '../canonical.ts';
import { AppError, type ErrorCode, invalid } from '../errors.ts';
import { type MessageId, isMessageId } from '../ids.ts';
import { type SigningKey, sha256, signFor, verifyFor } from '../keys.ts';
import { ENVELOPE_BYTES_MAX, GENERATION_MAX, MESSAGE_TYPE_CHARS_MAX, SEQ_PER_GENERATION } from '../limits.ts';
import { type Party, isParty } from './party.ts';
import { isTimestamp } from '../timestamp.ts';

export interface Envelope {
  readonly version: '1.0';
  readonly id: MessageId;
  /** snake_case; whether it is known is judged per message, after the signature. */
  readonly type: string;
  readonly from: Party;
  readonly to: Party;
  /** generation x 2^32 + n; 0 for presence, which stands outside the chain. */
  readonly seq: number;
  readonly timestamp: string;
  readonly payload: JsonObject;
  readonly signature: string;
}

export interface ParsedEnvelope {
  readonly envelope: Envelope;
  /** The wire bytes, as they came. */
  readonly bytes: Uint8Array;
  /** The wire bytes without the member `signature`: what the signature covers after its prefix. */
  readonly signedBytes: Uint8Array;
  readonly payloadBytes: Uint8Array;
  /** SHA-256 of `payloadBytes`. */
  readonly payloadHash: Uint8Array;
  readonly signatureBytes: Uint8Array;
}

export type EnvelopeFields = Omit<Envelope, 'version' | 'signature'>;

/** The members in canonical order; the positions are used below. */
const MEMBERS = ['from', 'id', 'payload', 'seq', 'signature', 'timestamp', 'to', 'type', 'version'] as const;
const PAYLOAD = 2;
const SIGNATURE = 4;
const TYPE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;

/** The canonical wire bytes of a signed envelope. @throws envelope/* and canonical/* as `parseEnvelope` would */
export function signEnvelope(fields: EnvelopeFields, key: SigningKey): Uint8Array {
  const { id, type, from, to, seq, timestamp, payload } = fields;
  const unsigned = {
    version: '1.0',
    id,
    type,
    from: { ...from },
    to: { ...to },
    seq,
    timestamp,
    payload,
  } as const;
  const signature = toBase64Url(signFor('envelope', key, canonicalize(unsigned)));
  checkMembers({ ...unsigned, signature });
  const bytes = canonicalize({ ...unsigned, signature });
  if (bytes.length > ENVELOPE_BYTES_MAX) throw tooLarge();
  return bytes;
}

/**
 * The envelope of wire bytes: canonical, exact members, every field in its one spelling; the signature is only
 * checked for its shape, the payload only for being an object.
 * @throws envelope/too-large, canonical/*, envelope/members, envelope/version, envelope/id, envelope/type,
 * envelope/from, envelope/to, envelope/seq, envelope/timestamp, envelope/payload, envelope/signature
 */
export function parseEnvelope(bytes: Uint8Array): ParsedEnvelope {
  if (bytes.length > ENVELOPE_BYTES_MAX) throw tooLarge();
  const spans = scanMembers(bytes);
  const value = parseScanned(bytes);
  const envelope = checkMembers(value);
  const span = (member: number, edge: number): number => spans[member * 3 + edge] as number;
  const payloadBytes = bytes.subarray(span(PAYLOAD, 1), span(PAYLOAD, 2));
  return {
    envelope,
    bytes,
    // Canonical order puts `timestamp` after `signature`: cutting up to its key takes one comma along.
    signedBytes: concatBytes(bytes.subarray(0, span(SIGNATURE, 0)), bytes.subarray(span(SIGNATURE + 1, 0))),
    payloadBytes,
    payloadHash: sha256(payloadBytes),
    signatureBytes: signatureOf(envelope.signature),
  };
}

/** Whether the signature holds under a 32-byte public key; which key is current is the caller's knowledge. */
export function verifyEnvelope(parsed: ParsedEnvelope, publicKey: Uint8Array): Promise<boolean> {
  return verifyFor('envelope', publicKey, parsed.signedBytes, parsed.signatureBytes);
}

function checkMembers(value: unknown): Envelope {
  if (!isObject(value)) throw wrong('envelope/members', 'An envelope is a JSON object.');
  const keys = Object.keys(value);
  if (keys.length !== MEMBERS.length || !MEMBERS.every((member) => Object.hasOwn(value, member))) {
    throw wrong('envelope/members', `An envelope has exactly the members ${MEMBERS.join(', ')}.`);
  }
  const { version, id, type, from, to, seq, timestamp, payload, signature } = value;
  if (version !== '1.0') throw wrong('envelope/version', 'This node speaks version "1.0".');
  if (typeof id !== 'string' || !isMessageId(id))
    throw wrong('envelope/id', '`id` is a UUIDv7 in lower case.');
  if (typeof type !== 'string' || type.length > MESSAGE_TYPE_CHARS_MAX || !TYPE.test(type)) {
    throw wrong('envelope/type', '`type` is a snake_case name.');
  }
  if (!isParty(from, 'from')) throw wrong('envelope/from', '`from` is {node_id, server_url, username}.');
  if (!isParty(to, 'to')) throw wrong('envelope/to', '`to` is {node_id, server_url, username}.');
  if (!isSeq(seq)) throw wrong('envelope/seq', '`seq` is generation x 2^32 + n with n from 1, or 0.');
  if (typeof timestamp !== 'string' || !isTimestamp(timestamp)) {
    throw wrong('envelope/timestamp', '`timestamp` is written YYYY-MM-DDThh:mm:ss.sssZ.');
  }
  if (!isObject(payload)) throw wrong('envelope/payload', '`payload` is a JSON object.');
  if (typeof signature !== 'string') throw wrong('envelope/signature', '`signature` is a string.');
  return value as unknown as Envelope;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSeq(value: unknown): value is number {
  return (
    Number.isSafeInteger(value) &&
    (value as number) >= 0 &&
    (value === 0 || (value as number) % SEQ_PER_GENERATION !== 0)
  );
}

function signatureOf(text: string): Uint8Array {
  try {
    return fromBase64Url(text, 64);
  } catch (cause) {
    throw invalid('envelope/signature', '`signature` is 64 bytes in unpadded base64url.', cause);
  }
}

function wrong(code: ErrorCode, safe: string): AppError {
  return invalid(code, safe);
}

function tooLarge(): AppError {
  return new AppError({
    category: 'limit',
    code: 'envelope/too-large',
    safe: `An envelope may have at most ${ENVELOPE_BYTES_MAX} bytes.`,
  });
}

/** The seq of the n-th message (n from 1) in a generation. */
export function envelopeSeq(generation: number, n: number): number {
  const whole = Number.isInteger(generation) && Number.isInteger(n);
  if (!whole || generation < 0 || generation > GENERATION_MAX || n < 1 || n >= SEQ_PER_GENERATION) {
    throw new Error(`no seq for generation ${generation}, message ${n}`);
  }
  return generation * SEQ_PER_GENERATION + n;
}

/** Generation and number of a seq. */
export function splitSeq(seq: number): { readonly generation: number; readonly n: number } {
  return { generation: Math.floor(seq / SEQ_PER_GENERATION), n: seq % SEQ_PER_GENERATION };
}
