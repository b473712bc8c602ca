// The inbox's own receipt writer gives exactly the protocol's bytes.
import { writeReceipt } from '#node/federation/inbox/receipt-writer.ts';
import {
  generateSeed,
  newMessageId,
  randomBytes,
  signReceipt,
  signingKeyFromSeed,
  toBase64Url,
  type NodeId,
  type ReceiptFields,
} from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const node = 'QmfZy5bvk7a3DQAjCbGNtmrPXWkyVvPrdnZMyBZ5q5ieKG' as NodeId;
const at = '2026-11-21T00:00:00.000Z';
const line = (seq: number, verdict: 'accepted' | 'refused' | 'later' | 'held', code?: string) => ({
  id: newMessageId(1_700_000_000_000, randomBytes(10)),
  seq,
  verdict,
  received_at: at,
  ...(code === undefined ? {} : { code }),
});

describe('the receipt writer', () => {
  it('writes the same bytes as the protocol', async () => {
    const key = signingKeyFromSeed(generateSeed());
    const head = { from: node, generation: 1, seq: 2 ** 32 + 3, head: toBase64Url(randomBytes(32)) };
    const base = { from: node, issued_at: at, now: 1_700_000_000_123 };
    const cases: ReceiptFields[] = [
      { ...base, lines: [line(2 ** 32 + 3, 'accepted')], heads: [head] },
      { ...base, lines: [], heads: [] },
      {
        ...base,
        lines: [
          line(1, 'refused', 'envelope/seq-used'),
          line(2, 'held'),
          line(0, 'later', 'federation/budget'),
        ],
        heads: [head, { ...head, generation: 2 }],
        retry_after_s: 7,
      },
    ];
    for (const fields of cases) {
      assert.equal(
        Buffer.from(await writeReceipt(fields, key)).toString(),
        Buffer.from(signReceipt(fields, key)).toString(),
      );
    }
  });
});
