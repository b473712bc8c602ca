// Receipts, signed requests, tickets and signed objects: valid bytes, and refusals by shape or by signature.
// The keys are those of the two people in fixtures.ts, so every run writes the same bytes.
import {
  type Json,
  canonicalize,
  cidOf,
  envelopeSeq,
  formatTimestamp,
  formatUri,
  fromUtf8,
  headZero,
  publicKeyToMultibase,
  signObject,
  signReceipt,
  signRequest,
  signTicket,
  toBase64Url,
  toHex,
  utf8,
} from '#protocol';
import { NOW_MS, alice, aliceKey, bob, bobKey, messageId, people } from './fixtures.ts';

const TIME = formatTimestamp(NOW_MS);
const LATER = formatTimestamp(NOW_MS + 60_000);
const aliceHex = toHex(aliceKey.publicKey);
const bobHex = toHex(bobKey.publicKey);

/** The document with members replaced or (undefined) removed, still canonical. */
function altered(text: string, changes: Record<string, Json | undefined>): string {
  const document = JSON.parse(text) as Record<string, Json>;
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete document[key];
    else document[key] = value;
  }
  return fromUtf8(canonicalize(document));
}

function receipt(): object {
  const seq = envelopeSeq(1, 1);
  const head = {
    from: alice.nodeId,
    generation: 1,
    seq,
    head: toBase64Url(headZero(alice.nodeId, bob.nodeId, 1)),
  };
  const line = { id: messageId(1), seq, verdict: 'accepted', received_at: TIME } as const;
  const base = { from: bob.nodeId, heads: [head], issued_at: TIME, now: NOW_MS };
  const accepted = fromUtf8(signReceipt({ ...base, lines: [line] }, bobKey));
  const mixed = [
    { ...line, verdict: 'duplicate' },
    { ...line, id: messageId(2), seq: seq + 1, verdict: 'refused', code: 'federation/blocked' },
    { ...line, id: messageId(3), seq: seq + 3, verdict: 'held' },
    { ...line, id: messageId(4), seq: seq + 4, verdict: 'later', code: 'federation/budget' },
  ] as const;
  const refused = fromUtf8(signReceipt({ ...base, lines: mixed, retry_after_s: 30 }, bobKey));
  const shape = (name: string, changes: Record<string, Json | undefined>): object => ({
    name,
    wire: altered(accepted, changes),
    code: 'receipt/shape',
  });
  return {
    description: 'Receipts, signed by bob. unverified: parse, but the signature does not hold under the key.',
    people,
    valid: [
      { name: 'one accepted', wire: accepted, public_key: bobHex },
      { name: 'all other verdicts', wire: refused, public_key: bobHex },
    ],
    invalid: [
      shape('unknown member', { extra: 1 }),
      shape('unknown verdict', { lines: [{ ...line, verdict: 'maybe' }] }),
      shape('accepted with a code', { lines: [{ ...line, code: 'a/b' }] }),
      shape('refused without a code', { lines: [{ ...line, verdict: 'refused' }] }),
      shape('head of 31 bytes', { heads: [{ ...head, head: toBase64Url(new Uint8Array(31)) }] }),
      shape('no time', { now: undefined }),
      shape('wait of two days', { retry_after_s: 172_800 }),
      { name: 'white space', wire: accepted + ' ', code: 'canonical/not-canonical' },
    ],
    unverified: [
      { name: 'changed verdict', wire: accepted.replace('"accepted"', '"held"'), public_key: bobHex },
      { name: 'another key', wire: accepted, public_key: aliceHex },
    ],
  };
}

function request(): object {
  const audience = 'https://registry.example';
  const fields = {
    id: messageId(5),
    action: 'mailbox_collect',
    from: alice.nodeId,
    audience,
    timestamp: TIME,
  };
  const wire = fromUtf8(signRequest({ ...fields, body: { limit: 100 } }, aliceKey));
  const shape = (name: string, changes: Record<string, Json | undefined>): object => ({
    name,
    wire: altered(wire, changes),
    code: 'request/shape',
  });
  return {
    description: 'Signed requests. fresh: with the receiver at now_ms, whether the timestamp is accepted.',
    people,
    valid: [{ name: 'collect from a mailbox', wire, public_key: aliceHex }],
    invalid: [
      shape('no audience', { audience: undefined }),
      shape('audience with a slash', { audience: audience + '/' }),
      shape('action with a space', { action: 'mailbox collect' }),
      shape('body as an array', { body: [] }),
      shape('another version', { version: '2.0' }),
    ],
    unverified: [
      {
        name: 'another audience',
        wire: wire.replace('registry.example', 'evil.example'),
        public_key: aliceHex,
      },
      { name: 'another key', wire, public_key: bobHex },
    ],
    fresh: [
      { timestamp: TIME, now_ms: NOW_MS + 300_000, accepted: true },
      { timestamp: TIME, now_ms: NOW_MS - 300_000, accepted: true },
      { timestamp: TIME, now_ms: NOW_MS + 300_001, accepted: false },
      { timestamp: TIME, now_ms: NOW_MS - 300_001, accepted: false },
    ],
  };
}

function ticket(): object {
  const uri = formatUri({ nodeId: alice.nodeId, kind: 'post', id: messageId(6) });
  const fields = { from: alice.nodeId, node_id: bob.nodeId, cid: cidOf(utf8('picture')), uri };
  const wire = fromUtf8(signTicket({ ...fields, issued_at: TIME, expires: LATER }, aliceKey));
  return {
    description: 'Blob tickets, issued by alice for bob. fresh: whether it is accepted at now_ms.',
    people,
    valid: [{ name: 'one minute', wire, public_key: aliceHex }],
    invalid: [
      {
        name: 'lives six minutes',
        wire: altered(wire, { expires: formatTimestamp(NOW_MS + 360_000) }),
        code: 'ticket/shape',
      },
      { name: 'expires when issued', wire: altered(wire, { expires: TIME }), code: 'ticket/shape' },
      { name: 'no bearer', wire: altered(wire, { node_id: undefined }), code: 'ticket/shape' },
      {
        name: 'CID of another hash',
        wire: altered(wire, { cid: 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi' }),
        code: 'ticket/shape',
      },
    ],
    unverified: [
      { name: 'another bearer', wire: altered(wire, { node_id: alice.nodeId }), public_key: aliceHex },
      { name: 'another key', wire, public_key: bobHex },
    ],
    fresh: [
      { now_ms: NOW_MS, accepted: true },
      { now_ms: NOW_MS + 59_999, accepted: true },
      { now_ms: NOW_MS + 60_000, accepted: false },
      { now_ms: NOW_MS - 300_001, accepted: false },
    ],
  };
}

function object(): object {
  const uri = formatUri({ nodeId: alice.nodeId, kind: 'post', id: messageId(7) });
  const post = {
    type: 'post',
    uri,
    author: alice.nodeId,
    version: 1,
    created_at: TIME,
    text: 'Première neige ❄️',
  };
  const verificationMethod = `did:webvh:${alice.nodeId}:node.invalid#${publicKeyToMultibase(aliceKey.publicKey)}`;
  const { bytes, cid } = signObject(post, { key: aliceKey, verificationMethod, created: TIME });
  const wire = fromUtf8(bytes);
  const { proof } = JSON.parse(wire) as { proof: Record<string, Json> };
  const shape = (name: string, changes: Record<string, Json | undefined>): object => ({
    name,
    wire: altered(wire, changes),
    code: 'object/shape',
  });
  return {
    description: 'Signed objects with an eddsa-jcs-2022 proof; the CID is over the exact bytes of `wire`.',
    people,
    valid: [{ name: 'a post', wire, cid, public_key: aliceHex, value: post }],
    invalid: [
      shape('no proof', { proof: undefined }),
      shape('a list of proofs', { proof: [proof] }),
      shape('another suite', { proof: { ...proof, cryptosuite: 'eddsa-rdfc-2022' } }),
      shape('another proof purpose', { proof: { ...proof, proofPurpose: 'authentication' } }),
      shape('unknown proof member', { proof: { ...proof, challenge: 'x' } }),
      shape('JSON-LD context', { '@context': 'https://www.w3.org/ns/credentials/v2' }),
      { name: 'keys out of order', wire: '{"type":"post",' + wire.slice(1), code: 'canonical/not-canonical' },
    ],
    unverified: [
      { name: 'changed text', wire: wire.replace('Première', 'Derniere'), public_key: aliceHex },
      {
        name: 'changed proof time',
        wire: altered(wire, { proof: { ...proof, created: LATER } }),
        public_key: aliceHex,
      },
      { name: 'another key', wire, public_key: bobHex },
    ],
  };
}

export function documentVectors(): Record<string, object> {
  return { receipt: receipt(), request: request(), ticket: ticket(), object: object() };
}
