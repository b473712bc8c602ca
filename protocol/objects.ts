// Signed objects (posts, replies, reactions ...): canonical JSON with an `eddsa-jcs-2022` proof, which a third
// party can check years later without either node. The content address is over the exact bytes, proof included.
// W3C Data Integrity EdDSA Cryptosuites v1.0, section 3.3; narrowed in docs/protocol.md "Objects".
import { base58btc } from 'multiformats/bases/base58';
import { z } from 'zod';
import { concatBytes } from './bytes.ts';
import { type JsonObject, canonicalize, parseScanned, scanCanonical } from './canonical.ts';
import { AppError, invalid } from './errors.ts';
import { field } from './wire/fields.ts';
import { type Cid, cidOf } from './ids.ts';
import { type SigningKey, sha256, verify } from './keys.ts';
import { OBJECT_BYTES_MAX } from './limits.ts';
import { checkShape, withoutMember } from './wire/signed.ts';

export interface ObjectProof {
  readonly type: 'DataIntegrityProof';
  readonly cryptosuite: 'eddsa-jcs-2022';
  readonly created: string;
  /** A DID URL: `did:webvh:<node_id>:<host>#<key>`. */
  readonly verificationMethod: string;
  readonly proofPurpose: 'assertionMethod';
  readonly proofValue: string;
}

export interface SignedObject {
  /** The object without its proof. */
  readonly value: JsonObject;
  readonly proof: ObjectProof;
  readonly cid: Cid;
  readonly bytes: Uint8Array;
}

/** A DID URL is a host, a path of a few parts and a fragment. */
const VERIFICATION_METHOD_CHARS_MAX = 512;

const proofSchema: z.ZodType<ObjectProof> = z.strictObject({
  type: z.literal('DataIntegrityProof'),
  cryptosuite: z.literal('eddsa-jcs-2022'),
  created: field.timestamp,
  verificationMethod: z
    .string()
    .max(VERIFICATION_METHOD_CHARS_MAX)
    .regex(/^did:[a-z0-9]+:[A-Za-z0-9._:%-]+#[A-Za-z0-9._-]+$/, 'expected a DID URL with a fragment'),
  proofPurpose: z.literal('assertionMethod'),
  // 64 bytes have 86 to 88 characters of base58btc, those with leading zero bytes fewer.
  proofValue: z.string().regex(/^z[1-9A-HJ-NP-Za-km-z]{64,88}$/, 'expected base58btc'),
});

/**
 * What an eddsa-jcs-2022 proof signs: SHA-256 of the canonical proof without `proofValue`, then SHA-256 of the
 * canonical document without `proof`, 64 bytes in all (section 3.3.4).
 */
export function objectHashData(document: Uint8Array, proofConfig: JsonObject): Uint8Array {
  return concatBytes(sha256(canonicalize(proofConfig)), sha256(document));
}

/** The canonical bytes of an object with its proof. @throws object/too-large, object/shape, canonical/* */
export function signObject(
  value: JsonObject,
  by: { readonly key: SigningKey; readonly verificationMethod: string; readonly created: string },
): { readonly bytes: Uint8Array; readonly cid: Cid } {
  checkValue(value);
  if (Object.hasOwn(value, 'proof')) throw invalid('object/shape', 'The object has a proof already.');
  const config = {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    created: by.created,
    verificationMethod: by.verificationMethod,
    proofPurpose: 'assertionMethod',
  };
  const hashData = objectHashData(canonicalize(value), config);
  const proof = { ...config, proofValue: base58btc.encode(by.key.sign(hashData)) };
  checkShape(proofSchema, proof, 'object/shape');
  const bytes = canonicalize({ ...value, proof });
  if (bytes.length > OBJECT_BYTES_MAX) throw tooLarge();
  return { bytes, cid: cidOf(bytes) };
}

/** The object of canonical bytes, its proof not yet verified. @throws object/too-large, object/shape, canonical/* */
export function readObject(bytes: Uint8Array): SignedObject {
  return open(bytes).object;
}

/** Whether the object's proof holds under a 32-byte public key; that the key was its author's is the caller's to know. @throws as readObject */
export function verifyObject(bytes: Uint8Array, publicKey: Uint8Array): Promise<boolean> {
  const { object, document } = open(bytes);
  const { proofValue, ...config } = object.proof;
  return verify(publicKey, objectHashData(document, config), base58btc.decode(proofValue));
}

/** JSON-LD stays out: a context would enter the proof options too (section 3.3.1), and nothing here reads it. */
function checkValue(value: JsonObject): void {
  if (Object.hasOwn(value, '@context')) throw invalid('object/shape', 'A signed object has no @context.');
}

function open(bytes: Uint8Array): { readonly object: SignedObject; readonly document: Uint8Array } {
  if (bytes.length > OBJECT_BYTES_MAX) throw tooLarge();
  const { spans } = scanCanonical(bytes);
  if (!spans.has('proof')) throw invalid('object/shape', 'A signed object is a JSON object with a proof.');
  const { proof, ...value } = parseScanned(bytes) as JsonObject;
  checkValue(value);
  return {
    object: { value, proof: checkShape(proofSchema, proof, 'object/shape'), cid: cidOf(bytes), bytes },
    document: withoutMember(bytes, spans, 'proof'),
  };
}

function tooLarge(): AppError {
  return new AppError({
    category: 'limit',
    code: 'object/too-large',
    safe: `A signed object may have at most ${OBJECT_BYTES_MAX} bytes.`,
  });
}
