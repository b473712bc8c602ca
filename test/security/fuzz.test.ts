// Three seconds of hostile input to everything that another node can call, from a seed that a failure names. Half of
// it is well signed, so that it reaches the areas. Never a 5xx, never a handler that fails, and nobody else waits.
// FUZZ_SECONDS and FUZZ_SEED make it longer or another one.
import { makeNode, type TestNode } from '#kit';
import { federation } from '#node/federation/index.ts';
import messages from '#protocol/vectors/messages.json' with { type: 'json' };
import {
  canonicalize,
  envelopeSeq,
  formatTimestamp,
  newMessageId,
  parseReceipt,
  randomBytes,
  signFor,
  toBase64Url,
  utf8,
  type Json,
  type JsonObject,
} from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeSigner, overHttp, type Peer, type Signer } from '../federation/rig.ts';
import { dice, withDamage, withNoise, type Dice } from './hostile-bytes.ts';

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 3);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121);
const RSS_GROWTH_BYTES_MAX = 256 * 1024 * 1024;

const SAMPLE_AUTHOR = /Qm[1-9A-HJ-NP-Za-km-z]{44}/g;

interface Attack {
  readonly path: string;
  readonly init: RequestInit;
}

/** Signs whatever it is given; undefined for what has no canonical form. */
function signed(signer: Signer, envelope: JsonObject): Uint8Array | undefined {
  try {
    const signature = toBase64Url(signFor('envelope', signer.key, canonicalize(envelope)));
    return canonicalize({ ...envelope, signature });
  } catch {
    return undefined; // It could not be sent either.
  }
}

function attacks(node: TestNode, signer: Signer, random: Dice): { next(): Attack; skipGap(): void } {
  const { int, pick } = random;
  let [generation, n] = [1, 0];
  const envelope = (seqless: boolean): Uint8Array => {
    const { type, payload } = pick(messages.valid);
    const about = pick([signer.nodeId, node.nodeId]);
    const named = JSON.parse(JSON.stringify(payload).replaceAll(SAMPLE_AUTHOR, about)) as JsonObject;
    const now = Date.now();
    const whole = (seq: number, content: Json): JsonObject => ({
      version: '1.0',
      id: newMessageId(now, randomBytes(10)),
      type: seqless ? pick(['content_get', 'content_sync', 'profile_get', 'blob_ticket', type]) : type,
      from: { node_id: signer.nodeId, server_url: signer.serverUrl, username: signer.username },
      to: { node_id: node.nodeId, server_url: node.url, username: node.name },
      seq,
      timestamp: formatTimestamp(now),
      payload: content,
    });
    const content = pick([named, withDamage(named, random), withDamage(withDamage(named, random), random)]);
    // Only what is sound around its payload takes a seq: after a gap everything would wait unread.
    const sound = whole(seqless ? 0 : envelopeSeq(generation, n + 1), content);
    const bytes = int(2) === 0 ? signed(signer, sound) : undefined;
    if (bytes !== undefined) {
      if (!seqless) n += 1;
      return bytes;
    }
    const used = whole(seqless ? 0 : envelopeSeq(generation, 1 + int(n + 1)), content);
    const damaged = signed(signer, withDamage(used, random) as JsonObject) ?? utf8(JSON.stringify(used));
    return int(2) === 0 ? withNoise(damaged, random) : damaged;
  };
  const post = (path: string, type: string, body: Uint8Array): Attack => ({
    path,
    init: { method: 'POST', headers: { 'content-type': type }, body: Buffer.from(body) },
  });
  const kinds: readonly (() => Attack)[] = [
    () => post('/orf/v1/inbox', 'application/orf+json', envelope(false)),
    () => {
      const batch = Buffer.concat(
        Array.from({ length: 1 + int(8) }, () => [envelope(false), utf8('\n')]).flat(),
      );
      return post(
        '/orf/v1/inbox',
        'application/orf-batch+jsonl',
        int(16) === 0 ? withNoise(batch, random) : batch,
      );
    },
    () => post('/orf/v1/query', 'application/orf+json', envelope(true)),
    () => {
      const shown = withDamage({ ...signer.introduction }, random);
      return post('/orf/v1/introduce', 'application/json', utf8(JSON.stringify(shown)));
    },
    () => {
      const noise = Buffer.from(
        withNoise(utf8('bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'), random),
      );
      const ticket = toBase64Url(withNoise(utf8('{"cid":"x","from":"y"}'), random));
      const headers = { authorization: `ORF-Ticket ${ticket}`, range: pick(['bytes=0-', 'bytes=9-1', 'x']) };
      return { path: `/orf/v1/blobs/${encodeURIComponent(noise.toString('latin1'))}`, init: { headers } };
    },
  ];
  return {
    next: () => pick(kinds)(),
    // A restored sender begins a new generation: what waits for a lost message waits no more.
    skipGap() {
      [generation, n] = [generation + 1, 0];
    },
  };
}

describe('hostile input from other nodes', () => {
  it(`is refused in order, with seed ${SEED}`, async () => {
    await using node = await makeNode({ name: 'alice' });
    const signer = await makeSigner();
    await overHttp.introduce(node as unknown as Peer, signer);
    const attack = attacks(node, signer, dice(SEED));
    const before = process.memoryUsage.rss();
    const statuses = new Map<string, number>();
    const end = performance.now() + SECONDS * 1_000;
    while (performance.now() < end) {
      const wave = Array.from({ length: 16 }, () => attack.next());
      // What it sends may end the bond: the attack goes on as a contact's.
      await node.host.db.write((tx) => node.door(federation).setStanding(tx, signer.nodeId, 'contact'));
      let held = false;
      await Promise.all(
        wave.map(async ({ path, init }) => {
          const answer = await node.fetch(path, init);
          const bytes = new Uint8Array(await answer.arrayBuffer());
          const what = (): string =>
            `${path} ${answer.status} ${Buffer.from(bytes).toString()} for ${String(init.body)}`;
          if (answer.status >= 500) assert.fail(what());
          if (answer.status === 202) held = true;
          if (answer.headers.get('content-type') === 'application/orf-receipt+json') {
            const codes = parseReceipt(bytes).receipt.lines.map(({ code }) => code);
            if (codes.includes('federation/handler-failed')) assert.fail(what());
          }
          const key = `${path.slice(0, 12)} ${answer.status}`;
          statuses.set(key, (statuses.get(key) ?? 0) + 1);
        }),
      );
      if (held) attack.skipGap();
    }
    for (const path of ['/orf/v1/inbo', '/orf/v1/quer']) {
      assert.ok((statuses.get(`${path} 200`) ?? 0) > 0, `something of ${path} was well formed`);
    }
    assert.ok(process.memoryUsage.rss() - before < RSS_GROWTH_BYTES_MAX, 'memory is bounded');
    assert.equal((await node.fetch('/health/ready')).status, 200);
    if (process.env['FUZZ_SECONDS'] !== undefined) {
      process.stdout.write(
        `${JSON.stringify(Object.fromEntries(statuses))} rss +${process.memoryUsage.rss() - before}\n`,
      );
    }
  });
});
