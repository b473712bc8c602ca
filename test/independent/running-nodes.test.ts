// What two running nodes put on the wire, judged by the second implementation: an identity log, a record, envelopes
// as they were posted, and the receipts that answered them; and one changed character anywhere is refused.
import { eventually, makeNode } from '#kit';
import { createNetwork, type Network } from '#kernel/network.ts';
import { addFriend } from '#node/people/api.ts';
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { judge, type Bundle } from './verifier.ts';

interface Wire {
  readonly network: Network;
  readonly envelopes: string[];
  readonly receipts: string[];
}

/** The real network, listened to. */
function tapped(ownUrl: () => string): Wire {
  const real = createNetwork({ ownUrl, networks: ['127.0.0.0/8'], userAgent: 'tapped' });
  const envelopes: string[] = [];
  const receipts: string[] = [];
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
  return {
    envelopes,
    receipts,
    network: {
      stream: (request) => real.stream(request),
      async request(request) {
        const answer = await real.request(request);
        if (request.url.endsWith('/orf/v1/inbox') && answer.status === 200) {
          envelopes.push(
            ...text(request.body ?? new Uint8Array())
              .split('\n')
              .filter((line) => line !== ''),
          );
          receipts.push(text(answer.body));
        }
        return answer;
      },
      [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
    },
  };
}

async function shown(url: string): Promise<{ log: string; record: string }> {
  return (await (await fetch(`${url}/orf/v1/node`)).json()) as { log: string; record: string };
}

it('an exchange of running nodes verifies by the text of the protocol alone, and nothing changed does', async () => {
  await using bob = await makeNode({ name: 'bob' });
  const wire = tapped(() => bob.url);
  await using alice = await makeNode({ name: 'alice', network: wire.network });
  await alice.call(addFriend, { body: { who: bob.url } });
  await eventually('bob has answered with a receipt', () => Promise.resolve(wire.receipts.length > 0));

  const bobShows = await shown(bob.url);
  const bundle = {
    ...(await shown(alice.url)),
    node_id: alice.nodeId,
    envelope: wire.envelopes,
    receipt: wire.receipts,
    peer_logs: [bobShows.log],
  };
  const [verdict] = judge([bundle]);
  assert.equal(verdict?.refusal, null);

  const changed = (text: string): string =>
    text.replace(/"signature":"(.)/, (_m, c) => `"signature":"${c === 'A' ? 'B' : 'A'}`);
  const tampered: Bundle[] = [
    {
      ...bundle,
      log: bundle.log.replace(/z6Mk.{4}/, (key) => `${key.slice(0, -1)}${key.endsWith('2') ? '3' : '2'}`),
    },
    { ...bundle, record: changed(bundle.record) },
    { ...bundle, envelope: bundle.envelope.map(changed) },
    { ...bundle, envelope: bundle.envelope.map((text) => text.replace('friend_request', 'friend_response')) },
    { ...bundle, receipt: bundle.receipt.map(changed) },
    { ...bundle, node_id: bob.nodeId },
  ];
  for (const [i, { refusal }] of judge(tampered).entries())
    assert.notEqual(refusal, null, `tampered bundle ${i}`);
});
