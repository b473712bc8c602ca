// Every message type takes what the specification shows, and refuses unknown members and each broken bound.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DIRECT_MESSAGE_CIPHERTEXT_BYTES_MAX,
  type JsonObject,
  OBJECT_TEXT_MAX,
  canonicalize,
  formatUri,
  generateSealingKeyPair,
  newMessageId,
  parseEnvelope,
  parseNodeId,
  signEnvelope,
  signingKeyFromSeed,
  toBase64Url,
} from '#protocol';
import {
  type MessageType,
  directMessageContent,
  openDirectMessage,
  sealDirectMessage,
  isMessageType,
  messageSchemas,
  parseMessageType,
  parsePayload,
} from '#protocol/messages';
import { readVectors, withCode } from './vectors.ts';

interface Vectors {
  readonly valid: { type: string; payload: JsonObject }[];
  readonly invalid: { name: string; type: string; payload: JsonObject }[];
}

const vectors = readVectors<Vectors>('messages');

test('takes the valid vectors, unchanged, and has one for every type', () => {
  for (const { type, payload } of vectors.valid) {
    assert.deepEqual(parsePayload(parseMessageType(type), payload), payload);
    canonicalize(payload);
  }
  assert.deepEqual(
    [...new Set(vectors.valid.map(({ type }) => type))].sort(),
    Object.keys(messageSchemas).sort(),
  );
});

test('refuses the invalid vectors', () => {
  assert.ok(vectors.invalid.length > 25);
  for (const { name, type, payload } of vectors.invalid) {
    assert.throws(
      () => parsePayload(parseMessageType(type), payload),
      withCode('message/payload'),
      `${type}: ${name}`,
    );
  }
});

test('refuses an unknown member and each missing required one, in every type', () => {
  const optional = ['note', 'invite', 'edited_at', 'bio', 'avatar', 'language', 'cursor'];
  for (const { type, payload } of vectors.valid) {
    const known = parseMessageType(type);
    for (const key of Object.keys(payload).filter((each) => !optional.includes(each))) {
      const { [key]: _, ...rest } = payload;
      assert.throws(() => parsePayload(known, rest), withCode('message/payload'), `${type} without ${key}`);
    }
    assert.throws(
      () => parsePayload(known, { ...payload, unknown_member: 1 }),
      withCode('message/payload'),
      type,
    );
  }
});

test('knows its types by their own name only', () => {
  assert.ok(isMessageType('post_share'));
  for (const type of ['toString', 'constructor', 'POST_SHARE', '']) {
    assert.ok(!isMessageType(type));
    assert.throws(() => parseMessageType(type), withCode('message/unknown-type'));
  }
});

test('an error names the place and never repeats what stood there', () => {
  const secret = 'my secret note '.repeat(40);
  try {
    const payload = (vectors.valid.find(({ type }) => type === 'friend_request') as { payload: JsonObject })
      .payload;
    parsePayload('friend_request', { ...payload, note: secret });
    assert.fail('accepted');
  } catch (error) {
    assert.ok(error instanceof Error && error.message.includes('note') && !error.message.includes('secret'));
  }
});

test('the envelope vectors carry payloads of their types', () => {
  for (const { wire } of readVectors<{ valid: { wire: string }[] }>('envelope').valid) {
    const { envelope } = parseEnvelope(new TextEncoder().encode(wire));
    parsePayload(parseMessageType(envelope.type), envelope.payload);
  }
});

test('sealed content is a text or files with their time, and bounded', () => {
  const content = { version: 1, created_at: '2026-11-21T04:07:56.123Z', text: 'é' };
  const file = {
    cid: 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
    key: toBase64Url(new Uint8Array(32)),
    size: 3,
    type: 'image/png',
    name: 'fig.png',
  };
  const told = { ...file, width: 65_535, height: 1, duration_ms: 86_400_000 };
  for (const right of [content, { ...content, text: '', attachments: [file, told] }]) {
    assert.deepEqual(directMessageContent.parse(right), right);
  }
  for (const wrong of [
    { ...content, text: '' },
    { ...content, text: 'x'.repeat(20_001) },
    { ...content, text: 'a\u202eb' },
    { ...content, text: 'a\u0000b' },
    { ...content, version: 2 },
    { ...content, html: '<b>' },
    { ...content, reply_to: 'the last one' },
    { ...content, attachments: [] },
    { ...content, attachments: Array.from({ length: 11 }, () => file) },
    { ...content, attachments: [{ ...file, name: '../../etc/passwd' }] },
    { ...content, attachments: [{ ...file, type: 'text/html; charset=x' }] },
    { ...content, attachments: [{ ...file, key: 'short' }] },
    ...[
      { width: 0 },
      { height: 65_536 },
      { width: 1.5 },
      { duration_ms: -1 },
      { duration_ms: 86_400_001 },
    ].map((claim) => ({ ...content, attachments: [{ ...file, ...claim }] })),
  ]) {
    assert.equal(directMessageContent.safeParse(wrong).success, false, JSON.stringify(wrong).slice(0, 200));
  }
});

test('a direct message opens under its own envelope and key only, and is no larger than an envelope holds', async () => {
  const [mine, other] = await Promise.all([generateSealingKeyPair(), generateSealingKeyPair()]);
  const party = (node_id: string) => ({ node_id: parseNodeId(node_id), server_url: '', username: '' });
  const fields = {
    id: newMessageId(0, new Uint8Array(10)),
    type: 'direct_message',
    seq: 4_294_967_297,
    from: party('QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51'),
    to: party('QmX4zTUJa1vDXjw3mTxwXBdCd9gThbggaHFGhA1QpnKdK6'),
  };
  const content = { version: 1, created_at: '2026-11-21T04:07:56.123Z', text: 'é' } as const;
  const payload = await sealDirectMessage(fields, content, mine.publicKey);
  const keys = [other.privateKey, mine.privateKey];
  assert.deepEqual(await openDirectMessage(fields, payload, keys), content);
  for (const [changed, held] of [
    [{ ...fields, from: fields.to }, keys],
    [{ ...fields, seq: fields.seq + 1 }, keys],
    [fields, [other.privateKey]],
    [fields, []],
  ] as const) {
    await assert.rejects(openDirectMessage(changed, payload, held), withCode('seal/not-opened'));
  }
  // 20,000 characters of three bytes each.
  const large = { ...content, text: '字'.repeat(20_000) };
  await assert.rejects(sealDirectMessage(fields, large, mine.publicKey), withCode('message/too-long'));
});

test('the largest ASCII object, every byte of it escaped, and the largest sealed message fit an envelope', () => {
  const nodeId = parseNodeId('QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51');
  const party = { node_id: nodeId, server_url: `https://${'a'.repeat(504)}`, username: 'a'.repeat(32) };
  const uri = formatUri({ nodeId, kind: 'k'.repeat(32), id: 'i'.repeat(64) });
  const created_at = '2026-11-21T04:07:56.123Z';
  const enc = toBase64Url(new Uint8Array(32));
  const ciphertext = toBase64Url(new Uint8Array(DIRECT_MESSAGE_CIPHERTEXT_BYTES_MAX));
  const payloads: [MessageType, JsonObject][] = [
    ['post_reply', { created_at, uri, parent: uri, object: '"'.repeat(OBJECT_TEXT_MAX) }],
    ['direct_message', { scheme: 'hpke', enc, ciphertext }],
  ];
  for (const [type, payload] of payloads) {
    parsePayload(type, payload);
    const id = newMessageId(0, new Uint8Array(10));
    const fields = {
      id,
      type,
      from: party,
      to: party,
      seq: Number.MAX_SAFE_INTEGER,
      timestamp: created_at,
      payload,
    };
    parseEnvelope(signEnvelope(fields, signingKeyFromSeed(new Uint8Array(32))));
  }
});
