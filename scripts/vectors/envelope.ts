// Envelopes, batches and chain heads: valid wire bytes with everything that is computed from them, and refusals.
// Refusals name the code that parseEnvelope or splitBatch must throw.
import {
  BATCH_ENVELOPES_MAX,
  ENVELOPE_BYTES_MAX,
  type EnvelopeFields,
  type Json,
  type JsonObject,
  canonicalize,
  envelopeSeq,
  formatTimestamp,
  fromUtf8,
  headZero,
  nextHead,
  parseEnvelope,
  signEnvelope,
  signFor,
  toBase64Url,
  toHex,
  utf8,
  voidHead,
} from '#protocol';
import { NOW_MS, alice, aliceKey, bob, bobKey, messageId, people } from './fixtures.ts';

const TIME = formatTimestamp(NOW_MS);

function fields(n: number, type: string, payload: JsonObject): EnvelopeFields {
  const base = { id: messageId(n), type, from: alice.party, to: bob.party, timestamp: TIME };
  return { ...base, seq: envelopeSeq(1, n), payload };
}

const friendRequest = fields(1, 'friend_request', {
  created_at: TIME,
  note: 'Bonjour Bob, c’est Alice 😀',
  profile: { display_name: 'Alice' },
});

function described(wire: Uint8Array, name: string): object {
  const parsed = parseEnvelope(wire);
  return {
    name,
    wire: fromUtf8(wire),
    signed_bytes: fromUtf8(parsed.signedBytes),
    payload_bytes: fromUtf8(parsed.payloadBytes),
    payload_hash: toHex(parsed.payloadHash),
    public_key: toHex(aliceKey.publicKey),
  };
}

/** The envelope with members replaced (null removes none; undefined removes), signed correctly for what it says. */
function altered(changes: Record<string, Json | undefined>): string {
  const { wire } = described(signEnvelope(friendRequest, aliceKey), '') as { wire: string };
  const document = { ...(JSON.parse(wire) as Record<string, Json>) };
  delete document['signature'];
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete document[key];
    else document[key] = value;
  }
  const signature = toBase64Url(signFor('envelope', aliceKey, canonicalize(document)));
  const signed = 'signature' in changes ? document : { ...document, signature };
  return fromUtf8(canonicalize(signed));
}

function refusals(): object[] {
  const from = { ...alice.party } as JsonObject;
  const to = { ...bob.party } as JsonObject;
  const good = (JSON.parse(altered({})) as { signature: string }).signature;
  const sloppy = good.slice(0, -1) + String.fromCharCode(good.charCodeAt(good.length - 1) + 1);
  const cases: [string, string, Record<string, Json | undefined>][] = [
    ['unknown member', 'members', { extra: 1 }],
    ['missing member', 'members', { timestamp: undefined }],
    ['another version', 'version', { version: '1.1' }],
    ['version as a number', 'version', { version: 1 }],
    ['UUIDv4', 'id', { id: '3f2b8f6e-1d4c-4a5b-8c7d-0123456789ab' }],
    ['upper-case id', 'id', { id: messageId(11).toUpperCase() }],
    ['type with a dash', 'type', { type: 'friend-request' }],
    ['empty type', 'type', { type: '' }],
    ['type too long', 'type', { type: 'a'.repeat(49) }],
    ['from with a fourth member', 'from', { from: { ...from, role: 'x' } }],
    ['from as a string', 'from', { from: 'alice' }],
    ['from without username', 'from', { from: { ...from, username: '' } }],
    ['node id of another length', 'from', { from: { ...from, node_id: alice.nodeId.slice(0, -1) } }],
    ['node id that is no sha2-256 multihash', 'from', { from: { ...from, node_id: 'Qm' + 'z'.repeat(44) } }],
    ['credentials in the URL', 'from', { from: { ...from, server_url: 'https://a:b@alice.example' } }],
    ['trailing slash', 'from', { from: { ...from, server_url: 'https://alice.example/' } }],
    ['default port', 'to', { to: { ...to, server_url: 'https://bob.example:443' } }],
    ['upper-case host', 'to', { to: { ...to, server_url: 'https://Bob.example' } }],
    ['file URL', 'to', { to: { ...to, server_url: 'file:///etc/passwd' } }],
    ['username with capitals', 'to', { to: { ...to, username: 'Bob' } }],
    ['negative seq', 'seq', { seq: -1 }],
    ['seq as a string', 'seq', { seq: '1' }],
    ['message zero of a generation', 'seq', { seq: 2 ** 32 }],
    ['time without milliseconds', 'timestamp', { timestamp: '2026-11-21T04:07:56Z' }],
    ['time with an offset', 'timestamp', { timestamp: '2026-11-21T04:07:56.123+00:00' }],
    ['30 February', 'timestamp', { timestamp: '2026-02-30T04:07:56.123Z' }],
    ['leap second', 'timestamp', { timestamp: '2026-12-31T23:59:60.000Z' }],
    ['payload as an array', 'payload', { payload: [] }],
    ['payload null', 'payload', { payload: null }],
    ['signature null', 'signature', { signature: null }],
    ['signature as an array', 'signature', { signature: [good] }],
    ['signature of 63 bytes', 'signature', { signature: toBase64Url(new Uint8Array(63)) }],
    ['signature of 65 bytes', 'signature', { signature: toBase64Url(new Uint8Array(65)) }],
    ['signature with padding', 'signature', { signature: good + '==' }],
    ['signature with non-zero trailing bits', 'signature', { signature: sloppy }],
    ['signature in plain base64', 'signature', { signature: '+'.repeat(86) }],
  ];
  return cases.map(([name, problem, changes]) => ({
    name,
    wire: altered(changes),
    code: `envelope/${problem}`,
  }));
}

function unverified(): object[] {
  const wire = fromUtf8(signEnvelope(friendRequest, aliceKey));
  const document = JSON.parse(wire) as Record<string, Json>;
  delete document['signature'];
  const resigned = (purpose: 'record' | 'request'): string =>
    fromUtf8(
      canonicalize({
        ...document,
        signature: toBase64Url(signFor(purpose, aliceKey, canonicalize(document))),
      }),
    );
  const bare = fromUtf8(
    canonicalize({ ...document, signature: toBase64Url(aliceKey.sign(canonicalize(document))) }),
  );
  return [
    { name: 'changed note', wire: wire.replace('Bonjour', 'Bonsoir') },
    { name: 'signed for another purpose', wire: resigned('record') },
    { name: 'signed without a purpose', wire: bare },
    { name: 'signed by another key', wire: fromUtf8(signEnvelope(friendRequest, bobKey)) },
  ].map((each) => ({ ...each, public_key: toHex(aliceKey.publicKey) }));
}

function chain(): object {
  const zero = headZero(alice.nodeId, bob.nodeId, 1);
  const steps: object[] = [];
  let head = zero;
  for (const n of [1, 2]) {
    const payload = { created_at: TIME };
    const parsed = parseEnvelope(signEnvelope(fields(n, 'connection_end', payload), aliceKey));
    const { id, seq } = parsed.envelope;
    head = nextHead(head, seq, id, parsed.payloadHash);
    steps.push({ kind: 'message', seq, id, payload_hash: toHex(parsed.payloadHash), head: toHex(head) });
  }
  const seq = envelopeSeq(1, 3);
  head = voidHead(head, seq);
  steps.push({ kind: 'void', seq, head: toHex(head) });
  return {
    description: 'Chain heads of one pair and generation; each step continues from the one before it.',
    from: alice.nodeId,
    to: bob.nodeId,
    generation: 1,
    head_zero: toHex(zero),
    opposite_direction_head_zero: toHex(headZero(bob.nodeId, alice.nodeId, 1)),
    steps,
  };
}

export function envelopeVectors(): Record<string, object> {
  const first = signEnvelope(friendRequest, aliceKey);
  const stranger = { ...fields(2, 'profile_get', {}), to: { ...bob.party, server_url: '', username: '' } };
  const presence = {
    ...fields(3, 'activity_update', { created_at: TIME, kind: 'presence', online: true }),
    seq: 0,
  };
  const second = signEnvelope(stranger, aliceKey);
  const empty = signEnvelope(fields(4, 'x', { t: '' }), aliceKey);
  const full = signEnvelope(fields(4, 'x', { t: 'a'.repeat(ENVELOPE_BYTES_MAX - empty.length) }), aliceKey);
  const lines = [fromUtf8(first), fromUtf8(second)];
  return {
    envelope: {
      description:
        'valid: parse and verify. invalid: refused by shape with this code. unverified: parse, but the signature does not hold. sizes: wire = prefix + "a" x repeat + suffix.',
      people,
      valid: [
        described(first, 'friend request with accents and an emoji'),
        described(second, 'recipient known by node id only'),
        described(signEnvelope(presence, aliceKey), 'presence, seq 0'),
      ],
      invalid: refusals(),
      unverified: unverified(),
      sizes: sizeVectors(fromUtf8(full)),
    },
    batch: {
      description: 'Framing only. `text` is the whole batch; lines are its envelopes.',
      valid: [
        { name: 'one', text: lines[0] + '\n', lines: lines.slice(0, 1) },
        { name: 'two', text: lines.join('\n') + '\n', lines },
        { name: 'a line that is no envelope is still a line', text: 'nonsense\n', lines: ['nonsense'] },
      ],
      invalid: [
        { name: 'empty', text: '', code: 'batch/framing' },
        { name: 'no LF at the end', text: lines.join('\n'), code: 'batch/framing' },
        { name: 'empty line', text: lines.join('\n\n') + '\n', code: 'batch/framing' },
        { name: 'only LF', text: '\n', code: 'batch/framing' },
        { name: 'one line too many', text: 'x\n'.repeat(BATCH_ENVELOPES_MAX + 1), code: 'batch/too-many' },
      ],
    },
    chain: chain(),
  };
}

function sizeVectors(full: string): object[] {
  const at = full.indexOf('aaaa');
  const repeat = full.lastIndexOf('aaaa') + 4 - at;
  const part = { prefix: full.slice(0, at), suffix: full.slice(at + repeat) };
  if (utf8(full).length !== ENVELOPE_BYTES_MAX) throw new Error('the largest envelope is not the largest');
  return [
    { name: '64 KiB exactly', ...part, repeat },
    { name: 'one byte more', ...part, repeat: repeat + 1, code: 'envelope/too-large' },
  ];
}
