// F26 and F27: ten thousand of anything in one message, and a crowd of strangers with fresh keys while a contact writes.
import { fakeClock } from '#kit';
import { federation } from '#node/federation/index.ts';
import { discovery } from '#node/discovery/index.ts';
import { envelopeSeq, joinBatch, type JsonObject } from '#protocol';
import { messageSchemas, postObject } from '#protocol/messages';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { knownSigner, makePeer, makeSigner, overHttp, share } from '../federation/rig.ts';

interface Schema {
  readonly type?: string;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** The lists of a schema that have no bound. */
function unbounded(schema: Schema, path: string): string[] {
  const below = [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, each]) => unbounded(each, `${path}.${key}`)),
    ...(schema.anyOf ?? []).flatMap((each) => unbounded(each, path)),
    ...(schema.oneOf ?? []).flatMap((each) => unbounded(each, path)),
    ...(schema.items === undefined ? [] : unbounded(schema.items, `${path}[]`)),
  ];
  return schema.type === 'array' && schema.maxItems === undefined ? [path, ...below] : below;
}

describe('a crowd', () => {
  it('has no room in any message: every list has its bound (F26)', () => {
    for (const [type, schema] of Object.entries({ ...messageSchemas, postObject })) {
      const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
      assert.deepEqual(unbounded(shape, type), []);
    }
  });

  it('of voids in one message is refused, and so is a batch over its number (F26)', async () => {
    const clock = fakeClock();
    await using bob = await makePeer({ name: 'bob-1', clock });
    const alice = await knownSigner(bob, overHttp, 'contact', { clock });
    const voids = (count: number): JsonObject => ({
      ranges: Array.from({ length: count }, (_, i) => [envelopeSeq(1, 2 * i + 1), envelopeSeq(1, 2 * i + 1)]),
      reason: 'cancelled',
    });
    assert.ok(messageSchemas.void.safeParse(voids(100)).success);
    const crowded = alice.envelope(bob.nodeId, 1, { type: 'void', payload: voids(1_000) });
    assert.equal((await overHttp.inbox(bob, crowded)).status, 422);
    const line = alice.envelope(bob.nodeId, 2, { payload: share(alice.nodeId, 'x') });
    const over = Buffer.concat(Array.from({ length: 1_001 }, () => [line, Buffer.from('\n')]).flat());
    const answer = await overHttp.inbox(bob, over, 'batch');
    assert.deepEqual([answer.status, answer.code], [422, 'batch/too-many']);
    assert.equal((await bob.effects()).length, 0);
  });

  it('of strangers shares one lane, and a contact passes them all (F27)', async () => {
    const clock = fakeClock();
    await using bob = await makePeer({ name: 'bob-1', clock });
    const contact = await knownSigner(bob, overHttp, 'contact', { clock });
    const strangers = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        const signer = await makeSigner({ clock, name: `stranger-${i}` });
        await bob.door(discovery).learn({
          record: Buffer.from(signer.introduction.record),
          log: signer.introduction.log,
        });
        return signer;
      }),
    );
    const answers = await Promise.all(
      strangers.map((signer) => {
        const envelopes = Array.from({ length: 20 }, (_, i) => signer.envelope(bob.nodeId, i + 1));
        return overHttp.inbox(bob, joinBatch(envelopes), 'batch');
      }),
    );
    const lines = answers.flatMap(({ receipt }) => receipt?.lines ?? []);
    assert.equal(lines.length, 600);
    const accepted = lines.filter(({ verdict }) => verdict === 'accepted').length;
    assert.ok(accepted >= 150 && accepted <= 260, `${accepted} of strangers were taken`);
    assert.ok(lines.every(({ verdict, code }) => verdict === 'accepted' || code === 'federation/budget'));
    assert.equal((await overHttp.inbox(bob, contact.envelope(bob.nodeId, 1))).status, 200);
    assert.equal((await bob.door(federation).ledger.list({ limit: 1 })).items.length, 0);
    await clock.advance(60_000);
    const [patient] = strangers;
    assert.ok(patient !== undefined);
    const later = await overHttp.inbox(bob, patient.envelope(bob.nodeId, 21));
    assert.notEqual(later.status, 429);
  });
});
