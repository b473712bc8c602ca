// A second implementation, which has read docs/protocol.md and not our code, agrees on what is valid and what is not.
import { publicKeyToMultibase } from '#protocol';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readVectors } from '../protocol/vectors.ts';
import { exchange } from './exchange.ts';
import { judge, runVerifier, type Bundle, type Verdict } from './verifier.ts';

// Later than every moment in the vectors.
const AFTER_VECTORS = '2026-12-31T00:00:00.000Z';

interface Case {
  readonly title: string;
  readonly valid: boolean;
  readonly bundle: Bundle;
}

/** Fails with the titles of all cases that were judged otherwise than they should be. */
function assertJudged(cases: readonly Case[]): void {
  const verdicts = judge(cases.map(({ bundle }) => bundle));
  const wrong = cases.filter(({ valid }, i) => valid !== ((verdicts[i] as Verdict).refusal === null));
  assert.deepEqual(
    wrong.map(({ title }) => title),
    [],
  );
  assert.ok(cases.some(({ valid }) => valid) && cases.some(({ valid }) => !valid));
}

interface SignedVectors {
  readonly people: Readonly<Record<string, { readonly node_id: string; readonly public_key: string }>>;
  readonly valid: readonly SignedVector[];
  readonly invalid: readonly SignedVector[];
  readonly unverified: readonly SignedVector[];
  readonly sizes?: readonly {
    readonly name: string;
    readonly prefix: string;
    readonly suffix: string;
    readonly repeat: number;
    readonly code?: string;
  }[];
}
interface SignedVector {
  readonly name: string;
  readonly wire: string;
  readonly public_key?: string;
}

function multikey(hex: string): string {
  return publicKeyToMultibase(new Uint8Array(Buffer.from(hex, 'hex')));
}

function signedCases(member: 'envelope' | 'receipt'): Case[] {
  const { people, valid, invalid, unverified } = readVectors<SignedVectors>(member);
  const toCase =
    (expected: boolean) =>
    ({ name, wire, public_key: hex }: SignedVector): Case => {
      const keys = Object.values(people).map((one) => [one.node_id, multikey(hex ?? one.public_key)]);
      return { title: name, valid: expected, bundle: { keys: Object.fromEntries(keys), [member]: wire } };
    };
  return [...valid.map(toCase(true)), ...[...invalid, ...unverified].map(toCase(false))];
}

describe('the published vectors', () => {
  it('of identity logs are judged alike', () => {
    const { valid, invalid } =
      readVectors<Record<'valid' | 'invalid', { name: string; log: string }[]>>('identity');
    const toCase = (expected: boolean) => (one: { name: string; log: string }) => ({
      title: one.name,
      valid: expected,
      bundle: { log: one.log, now: AFTER_VECTORS },
    });
    assertJudged([...valid.map(toCase(true)), ...invalid.map(toCase(false))]);
  });

  it('of node records are judged alike', () => {
    const { log, now, cases } = readVectors<{
      log: string;
      now: string;
      cases: { name: string; record: string; code?: string }[];
    }>('record');
    assertJudged(
      cases.map(({ name, record, code }) => ({
        title: name,
        valid: code === undefined,
        bundle: { log, now, record },
      })),
    );
  });

  for (const member of ['envelope', 'receipt'] as const) {
    it(`of ${member}s are judged alike`, () => assertJudged(signedCases(member)));
  }

  it('of canonical form are judged alike', () => {
    interface Text {
      readonly name: string;
      readonly json?: string;
      readonly hex?: string;
    }
    const vectors = readVectors<Record<'valid' | 'invalid', Text[]>>('canonical');
    const toCase =
      (expected: boolean) =>
      ({ name, json, hex = '' }: Text) => ({
        title: name,
        valid: expected,
        bundle: { canonical: json ?? { hex } },
      });
    assertJudged([...vectors.valid.map(toCase(true)), ...vectors.invalid.map(toCase(false))]);
  });

  it('of Ed25519 are judged alike, to the edges of what is a signature', () => {
    const { cases } = readVectors<{
      cases: { tc: number; publicKey: string; message: string; signature: string; valid: boolean }[];
    }>('published/ed25519-wycheproof');
    const smallOrder = {
      title: 'a key that fits every message',
      valid: false,
      bundle: {
        signed: {
          publicKey: `01${'00'.repeat(31)}`,
          message: '00',
          // R = 5 B, S = 5: under the neutral element R = S B holds for whatever is signed.
          signature: `edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df05${'00'.repeat(31)}`,
        },
      },
    };
    assertJudged([
      ...cases.map(({ tc, valid, publicKey, message, signature }) => ({
        title: `case ${tc}`,
        valid,
        bundle: { signed: { publicKey, message, signature } },
      })),
      smallOrder,
    ]);
  });

  it('of the largest envelope are judged alike', () => {
    const { sizes = [], people } = readVectors<SignedVectors>('envelope');
    const alice = people['alice'];
    assert.ok(alice !== undefined);
    const keys = { [alice.node_id]: multikey(alice.public_key) };
    assertJudged(
      sizes.map(({ name, prefix, suffix, repeat, code }) => ({
        title: name,
        valid: code === undefined,
        bundle: { keys, envelope: prefix + 'a'.repeat(repeat) + suffix },
      })),
    );
  });
});

describe('an exchange that our code made', () => {
  it('is verified whole: two identities, a record, envelopes, chain head and receipt', async () => {
    const whole = await exchange();
    const { code, text } = runVerifier({ bundle: whole });
    assert.equal(code, 0, text);
    assert.match(text, new RegExp(`identity ${whole.node_id}, 2 entries`));
    assert.match(text, /^record \d+\n(.*\n)*envelope .*\nenvelope .*\nreceipt$/m);
  });

  it('is verified from files too', async () => {
    const whole = await exchange();
    const folder = mkdtempSync(join(tmpdir(), 'ored-independent-'));
    try {
      writeFileSync(join(folder, 'did.jsonl'), whole.log);
      writeFileSync(join(folder, 'peer.jsonl'), whole.peer_logs[0]);
      writeFileSync(join(folder, 'envelopes.jsonl'), whole.envelope.map((one) => `${one}\n`).join(''));
      writeFileSync(join(folder, 'receipt.json'), whole.receipt);
      const sound = runVerifier({ folder });
      assert.deepEqual([sound.code, sound.text.match(/envelope/g)?.length], [0, 2], sound.text);
      writeFileSync(join(folder, 'envelopes.jsonl'), whole.envelope.join('\n'));
      assert.equal(runVerifier({ folder }).code, 1, 'a batch without its last line feed');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is refused, with exit code 1, once any one character of any part is another', async () => {
    const whole = await exchange();
    const parts = {
      log: whole.log,
      record: whole.record,
      envelope: whole.envelope[0],
      receipt: whole.receipt,
      peer_logs: whole.peer_logs[0],
    };
    const cases: Case[] = [{ title: 'unchanged', valid: true, bundle: whole }];
    for (const [member, text] of Object.entries(parts)) {
      // A step without a common factor with the texts' regularities reaches every kind of place.
      for (let at = 0; at < text.length; at += 29) {
        const changed = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);
        const value = member === 'peer_logs' ? [changed] : changed;
        cases.push({ title: `${member} at ${at}`, valid: false, bundle: { ...whole, [member]: value } });
      }
    }
    assert.ok(cases.length > 300, `${cases.length}`);
    assertJudged(cases);
    const forged = { ...whole, record: whole.record.replace('alice.example', 'alicf.example') };
    const { code, text } = runVerifier({ bundle: forged });
    assert.deepEqual([code, text], [1, 'refused: the signature does not hold\n']);
  });

  it('is refused when a part is missing, comes from elsewhere, or too late', async () => {
    const whole = await exchange();
    const { log: _log, ...withoutLog } = whole;
    const firstEntry = `${whole.log.split('\n')[0] ?? ''}\n`;
    const refused: Record<string, Bundle> = {
      'no log of the sender': withoutLog,
      'no log of the receiver': { ...whole, peer_logs: [] },
      'another node id than expected': { ...whole, node_id: whole.node_id.replace(/.$/, 'x') },
      'the log without its last entry': { ...whole, log: firstEntry },
      'the record two days later': { ...whole, now: '2026-02-03T12:00:00.000Z' },
      'a log from the future': { log: whole.log, now: '2026-01-01T23:54:59.999Z' },
      'nothing at all': {},
    };
    assertJudged([
      { title: 'whole', valid: true, bundle: whole },
      {
        title: 'a log of five minutes ahead',
        valid: true,
        bundle: { log: whole.log, now: '2026-01-01T23:55:00.000Z' },
      },
      { title: 'just in time', valid: true, bundle: { ...whole, now: '2026-02-03T11:59:59.999Z' } },
      ...Object.entries(refused).map(([title, bundle]) => ({ title, valid: false, bundle })),
    ]);
  });

  it('is refused when the receipt, signed as it should be, has another head than its envelopes make', async () => {
    const whole = await exchange();
    const lying = await exchange({ claimedHead: new Uint8Array(32) });
    assertJudged([
      { title: 'the head of both envelopes', valid: true, bundle: whole },
      { title: 'a false head', valid: false, bundle: lying },
      {
        title: 'a head that one envelope does not let compute',
        valid: true,
        bundle: { ...lying, envelope: lying.envelope[1] },
      },
    ]);
  });
});
