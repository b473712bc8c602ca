// Sealed files by ticket: only this node's own tickets for this file count, for five minutes, and never for a node
// that is blocked (F16, F20). Served are sealed bytes, in one range or whole.
import { federation } from '#node/federation/index.ts';
import { vault } from '#node/vault/index.ts';
import {
  formatTimestamp,
  fromBase64Url,
  generateSeed,
  parseCid,
  parseTicket,
  signingKeyFromSeed,
  signTicket,
  toBase64Url,
  type Cid,
  type Uri,
} from '#protocol';
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { describe, it } from 'node:test';
import { fakeClock, makePeer, makeSigner, type Peer, type Signer } from './rig.ts';

const PLAIN = new Uint8Array(3 * 1024 * 1024).fill(7);

interface Shelf extends AsyncDisposable {
  readonly alice: Peer;
  readonly bob: Signer;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly cid: Cid;
  readonly uri: Uri;
  readonly ticket: string;
  fetch(ticket: string | undefined, range?: string, cid?: string): Promise<Response>;
}

async function shelf(): Promise<Shelf> {
  const clock = fakeClock();
  const alice = await makePeer({ name: 'alice', clock });
  const bob = await makeSigner({ clock, name: 'bob-1' });
  const written = await alice.door(vault).blobs.write(PLAIN, { kind: 'media', bytesMax: PLAIN.length });
  const cid = parseCid(written.cid);
  const uri = `orf://${alice.nodeId}/post/a` as Uri;
  const ticket = alice.door(federation).issueTicket({ bearer: bob.nodeId, cid, uri });
  return {
    alice,
    bob,
    clock,
    cid,
    uri,
    ticket,
    fetch: (bearer, range, of = cid) =>
      fetch(`${alice.url}/orf/v1/blobs/${of}`, {
        headers: {
          ...(bearer === undefined ? {} : { authorization: `ORF-Ticket ${bearer}` }),
          ...(range === undefined ? {} : { range }),
        },
      }),
    [Symbol.asyncDispose]: () => alice[Symbol.asyncDispose](),
  };
}

async function refusal(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as { code: string }).code];
}

describe('a sealed file', () => {
  it('is given to the bearer of a ticket, sealed, whole or in one range', async () => {
    await using all = await shelf();
    const whole = await all.fetch(all.ticket);
    assert.equal(whole.status, 200);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    assert.ok(bytes.length > PLAIN.length);
    assert.equal(Buffer.from(bytes).includes(Buffer.alloc(32, 7)), false);
    const part = await all.fetch(all.ticket, 'bytes=10-19');
    assert.deepEqual([part.status, new Uint8Array(await part.arrayBuffer())], [206, bytes.slice(10, 20)]);
    const many = await all.fetch(all.ticket, 'bytes=0-1,4-5');
    assert.deepEqual(await refusal(many), [416, 'http/range']);
  });

  it('is not given without a ticket, nor for another file’s', async () => {
    await using all = await shelf();
    assert.deepEqual(await refusal(await all.fetch(undefined)), [401, 'ticket/missing']);
    const other = await all.alice.door(vault).blobs.write(Uint8Array.of(1), { kind: 'media', bytesMax: 10 });
    assert.deepEqual(await refusal(await all.fetch(all.ticket, undefined, other.cid)), [
      401,
      'ticket/invalid',
    ]);
    assert.equal((await all.fetch(all.ticket, undefined, 'nonsense')).status, 404);
  });

  it('is not given for a ticket that somebody else has signed, or that was changed', async () => {
    await using all = await shelf();
    const { signature: _signature, ...fields } = parseTicket(fromBase64Url(all.ticket)).ticket;
    const sign = (change: object, key = signingKeyFromSeed(generateSeed())): string =>
      toBase64Url(signTicket({ ...fields, ...change }, key));
    assert.deepEqual(await refusal(await all.fetch(sign({}))), [401, 'ticket/invalid']);
    const foreign = sign({ from: all.bob.nodeId }, all.bob.key);
    assert.deepEqual(await refusal(await all.fetch(foreign)), [401, 'ticket/invalid']);
    const bytes = fromBase64Url(all.ticket);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    assert.ok([400, 401].includes((await all.fetch(toBase64Url(bytes))).status));
  });

  it('is not given where the area that answers for it says no, whatever the ticket says', async () => {
    await using all = await shelf();
    const uri = `${all.uri}-hidden` as Uri;
    const door = all.alice.door(federation);
    const ticket = door.issueTicket({ bearer: all.bob.nodeId, cid: all.cid, uri });
    assert.deepEqual(await refusal(await all.fetch(ticket)), [404, 'access/not-found']);
  });

  it('is not given for a ticket that is replayed after its five minutes (F16)', async () => {
    await using all = await shelf();
    const { expires } = parseTicket(fromBase64Url(all.ticket)).ticket;
    assert.equal(expires, formatTimestamp(all.clock.now() + 300_000));
    await all.clock.advance(299_999);
    assert.equal((await all.fetch(all.ticket, 'bytes=0-0')).status, 206);
    await all.clock.advance(1);
    assert.deepEqual(await refusal(await all.fetch(all.ticket)), [422, 'ticket/expired']);
  });

  it('ends within the stream for a node that is blocked meanwhile, and is refused to it then (F20)', async () => {
    await using all = await shelf();
    const headers = { authorization: `ORF-Ticket ${all.ticket}` };
    const cut = new Promise<void>((resolve, reject) => {
      const request = get(`${all.alice.url}/orf/v1/blobs/${all.cid}`, { headers }, (response) => {
        // Nothing is read: the answer stands half sent until it is cut.
        response.once('error', () => resolve());
        response.once('end', () => reject(new Error('it was given whole')));
        void all.alice.setStanding(all.bob.nodeId, 'blocked').then(() => response.resume());
      });
      request.once('error', () => resolve());
    });
    await cut;
    assert.deepEqual(await refusal(await all.fetch(all.ticket)), [403, 'federation/blocked']);
  });
});
