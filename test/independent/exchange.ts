// One exchange between two nodes, made by our own code: a rotated identity, its record, two envelopes, their receipt.
import {
  createIdentity,
  envelopeSeq,
  fromUtf8,
  headZero,
  newMessageId,
  nextHead,
  parseEnvelope,
  rotateIdentity,
  signEnvelope,
  signReceipt,
  signRecord,
  toBase64Url,
  verifyIdentityLog,
  type NodeId,
} from '#protocol';
import { key } from '../protocol/identity/forged-log.ts';
import type { Bundle } from './verifier.ts';

const NOW = '2026-02-01T12:00:00.000Z';
const NOW_MS = Date.parse(NOW);

export interface Exchange {
  readonly log: string;
  readonly record: string;
  readonly envelope: readonly [string, string];
  readonly receipt: string;
  readonly peer_logs: readonly [string];
  readonly node_id: NodeId;
  readonly now: string;
}

/** Everything that an observer of the exchange holds; each part is valid, unless the receiver claims a false head. */
export async function exchange(
  options: { readonly claimedHead?: Uint8Array } = {},
): Promise<Exchange & Bundle> {
  const alice = await rotatedIdentity();
  const bob = await createIdentity({
    signingKey: key(11),
    nextSigningPublicKey: key(12).publicKey,
    recoveryPublicKey: key(110).publicKey,
    host: 'bob.example:8443',
    created: '2026-01-03T00:00:00.000Z',
  });
  const from = { node_id: alice.nodeId, server_url: 'https://alice.example', username: 'alice' };
  const to = { node_id: bob.nodeId, server_url: '', username: '' };
  const sent = [1, 2].map((n) => {
    const id = newMessageId(NOW_MS, new Uint8Array(10).fill(n));
    const payload = { created_at: NOW, kind: 'presence', online: true, note: 'Ça va ? \u{1F600} \u2028 "\\' };
    const fields = { id, type: 'activity_update', from, to, seq: envelopeSeq(3, n), timestamp: NOW, payload };
    return parseEnvelope(signEnvelope(fields, key(2)));
  });
  let head = headZero(alice.nodeId, bob.nodeId, 3);
  for (const { envelope, payloadHash } of sent) head = nextHead(head, envelope.seq, envelope.id, payloadHash);
  const lines = sent.map(
    ({ envelope: { id, seq } }) => ({ id, seq, verdict: 'accepted', received_at: NOW }) as const,
  );
  const heads = [
    {
      from: alice.nodeId,
      generation: 3,
      seq: envelopeSeq(3, 2),
      head: toBase64Url(options.claimedHead ?? head),
    },
  ];
  const receipt = signReceipt({ from: bob.nodeId, lines, heads, issued_at: NOW, now: NOW_MS }, key(11));
  const [first = '', second = ''] = sent.map(({ bytes }) => fromUtf8(bytes));
  return {
    log: alice.log,
    record: fromUtf8(recordOf(alice)),
    envelope: [first, second],
    receipt: fromUtf8(receipt),
    peer_logs: [bob.log],
    node_id: alice.nodeId,
    now: NOW,
  };
}

interface Identity {
  readonly nodeId: NodeId;
  readonly log: string;
  readonly head: string;
}

async function rotatedIdentity(): Promise<Identity> {
  const first = await createIdentity({
    signingKey: key(1),
    nextSigningPublicKey: key(2).publicKey,
    recoveryPublicKey: key(100).publicKey,
    created: '2026-01-01T00:00:00.000Z',
  });
  const log = await rotateIdentity(first.log, {
    by: key(2),
    nextSigningPublicKey: key(3).publicKey,
    created: '2026-01-02T00:00:00.000Z',
  });
  return { nodeId: first.nodeId, log, head: (await verifyIdentityLog(log)).head };
}

function recordOf({ nodeId, log, head }: Identity): Uint8Array {
  const fields = {
    node_id: nodeId,
    seq: NOW_MS,
    log_head: head,
    log,
    server_urls: ['https://alice.example', 'http://192.168.1.20:7700', 'http://[2001:db8::1]:7700'],
    multiaddrs: ['/ip4/192.168.1.20/tcp/7701'],
    sealing_key: toBase64Url(key(60).publicKey),
    transport_key: toBase64Url(key(61).publicKey),
    username: 'alice',
    expires: '2026-02-03T12:00:00.000Z',
  };
  return signRecord(fields, key(2));
}
