// Payloads: one that fits for every message type, and refusals for the bounds that are easy to get wrong.
// The payloads are real French and English texts, with the characters that implementations get wrong.
import {
  type JsonObject,
  cidOf,
  envelopeSeq,
  formatTimestamp,
  formatUri,
  toBase64Url,
  utf8,
} from '#protocol';
import { NOW_MS, alice, messageId } from './fixtures.ts';

const created_at = formatTimestamp(NOW_MS);
const cid = cidOf(utf8('content'));
const post = formatUri({ nodeId: alice.nodeId, kind: 'post', id: messageId(1) });
const reply = formatUri({ nodeId: alice.nodeId, kind: 'reply', id: messageId(2) });
const share = { created_at, uri: post, cid, version: 1, visibility: 'friends', size: 420, media: 0 };
const request = { created_at, profile: { display_name: 'Alice' } };
const answer = { created_at, uri: reply, parent: post, object: '{"a":1}' };
const sealed = {
  scheme: 'hpke',
  enc: toBase64Url(new Uint8Array(32)),
  ciphertext: toBase64Url(new Uint8Array(48)),
};
const range = {
  created_at,
  kind: 'range',
  from_seq: envelopeSeq(1, 3),
  to_seq: envelopeSeq(1, 9),
  limit: 100,
};
const update = { created_at, record: '{}', log_suffix: [] };
const seq = (n: number): number => envelopeSeq(1, n);

function valid(): { type: string; payload: JsonObject }[] {
  const cases: [string, JsonObject][] = [
    ['friend_request', request],
    ['friend_request', { ...request, note: 'Bonjour', invite: 'a-B_9' }],
    ['friend_response', { created_at, request_id: messageId(1), accepted: true }],
    ['connection_end', { created_at }],
    ['post_share', share],
    ['post_share', { ...share, version: 2, visibility: 'public', media: 20, edited_at: created_at }],
    ['post_delete', { created_at, uri: post, version: 2 }],
    ['post_reply', answer],
    ['post_reaction', answer],
    ['direct_message', sealed],
    ['conversation_update', { created_at, state: 'left' }],
    ['conversation_update', { created_at, state: 'open' }],
    ['activity_update', { created_at, kind: 'presence', online: false }],
    [
      'activity_update',
      { created_at, kind: 'profile', display_name: 'Zoé', bio: '', avatar: cid, language: 'fr-CA' },
    ],
    ['content_sync', range],
    ['content_sync', { created_at, kind: 'posts', limit: 50 }],
    ['content_sync', { created_at, kind: 'mine', cursor: 'abc', limit: 1 }],
    ['content_get', { uri: post }],
    ['profile_get', {}],
    ['blob_ticket', { cid, uri: post }],
    ['identity_update', { ...update, log_suffix: ['{"versionId":"2-Qm"}'] }],
    [
      'void',
      {
        ranges: [
          [seq(1), seq(1)],
          [seq(3), seq(10_001)],
        ],
        reason: 'expired',
      },
    ],
  ];
  return cases.map(([type, payload]) => ({ type, payload }));
}

export function messageVectors(): Record<string, object> {
  const cases: [string, string, JsonObject][] = [
    ['friend_request', 'note too long', { ...request, note: 'x'.repeat(501) }],
    ['friend_request', 'profile with more', { ...request, profile: { display_name: 'A', role: 'x' } }],
    ['friend_request', 'no time', { profile: request.profile }],
    ['friend_request', 'time without milliseconds', { ...request, created_at: '2026-11-21T04:07:56Z' }],
    ['friend_request', 'invite with a space', { ...request, invite: 'a b' }],
    ['friend_response', 'accepted as a string', { created_at, request_id: messageId(1), accepted: 'yes' }],
    [
      'friend_response',
      'request id of version 4',
      { created_at, request_id: '3f2b8f6e-1d4c-4a5b-8c7d-0123456789ab', accepted: true },
    ],
    ['post_share', 'version zero', { ...share, version: 0 }],
    ['post_share', 'unknown visibility', { ...share, visibility: 'everyone' }],
    ['post_share', 'object too large', { ...share, size: 262_145 }],
    ['post_share', 'too many media', { ...share, media: 21 }],
    ['post_share', 'web address', { ...share, uri: 'https://alice.example/1' }],
    ['post_share', 'content in it', { ...share, text: 'Bonjour' }],
    ['post_delete', 'no version', { created_at, uri: post }],
    ['post_reply', 'object as JSON', { ...answer, object: { a: 1 } }],
    ['post_reply', 'object too long', { ...answer, object: 'x'.repeat(24 * 1024 + 1) }],
    ['direct_message', 'no scheme', { enc: sealed.enc, ciphertext: sealed.ciphertext }],
    ['direct_message', 'plaintext', { scheme: 'none', text: 'hello' }],
    ['direct_message', 'plaintext beside the seal', { ...sealed, text: 'hello' }],
    ['direct_message', 'key of 31 bytes', { ...sealed, enc: toBase64Url(new Uint8Array(31)) }],
    ['direct_message', 'padded ciphertext', { ...sealed, ciphertext: 'AA==' }],
    ['conversation_update', 'unknown state', { created_at, state: 'muted' }],
    ['conversation_update', 'words in the open', { created_at, state: 'left', text: 'Adieu' }],
    ['activity_update', 'unknown kind', { created_at, kind: 'mood', online: true }],
    [
      'activity_update',
      'language in words',
      { created_at, kind: 'profile', display_name: 'A', language: 'français' },
    ],
    ['content_sync', 'range backwards', { ...range, from_seq: range.to_seq, to_seq: range.from_seq }],
    ['content_sync', 'page of 101', { ...range, limit: 101 }],
    ['content_sync', 'empty cursor', { created_at, kind: 'posts', cursor: '', limit: 1 }],
    ['content_get', 'no such kind of address', { uri: `orf://${alice.nodeId}/Post/1` }],
    ['blob_ticket', 'CID version 0', { cid: alice.nodeId, uri: post }],
    ['identity_update', 'entry as JSON', { ...update, log_suffix: [{}] }],
    [
      'identity_update',
      'too many entries',
      { ...update, log_suffix: Array.from({ length: 33 }, () => '{}') },
    ],
    ['void', 'no range', { ranges: [], reason: 'expired' }],
    ['void', 'backwards', { ranges: [[seq(2), seq(1)]], reason: 'expired' }],
    [
      'void',
      'touching ranges',
      {
        ranges: [
          [seq(1), seq(2)],
          [seq(3), seq(4)],
        ],
        reason: 'expired',
      },
    ],
    [
      'void',
      'descending ranges',
      {
        ranges: [
          [seq(5), seq(6)],
          [seq(1), seq(2)],
        ],
        reason: 'expired',
      },
    ],
    [
      'void',
      'two generations',
      {
        ranges: [
          [seq(1), seq(1)],
          [envelopeSeq(2, 1), envelopeSeq(2, 1)],
        ],
        reason: 'expired',
      },
    ],
    ['void', 'too many seqs', { ranges: [[seq(1), seq(10_001)]], reason: 'expired' }],
    ['void', 'seq zero', { ranges: [[0, 0]], reason: 'expired' }],
    ['void', 'unknown reason', { ranges: [[seq(1), seq(1)]], reason: 'forgotten' }],
  ];
  return {
    messages: {
      description: 'Payloads by message type. All refusals are message/payload.',
      valid: valid(),
      invalid: cases.map(([type, name, payload]) => ({ name, type, payload })),
    },
  };
}
