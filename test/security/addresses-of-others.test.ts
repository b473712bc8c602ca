// F24 where another node names the address: whatever its record says, no packet leaves for a private one.
import { createNetwork } from '#kernel/network.ts';
import { makeNode } from '#kit';
import { discovery } from '#node/discovery/index.ts';
import { federation } from '#node/federation/index.ts';
import type { Cid } from '#protocol';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { makeSigner, overHttp, type Peer } from '../federation/rig.ts';

const CID = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;

describe('an address in the record of another node', () => {
  it('is not called when it is private, for a question, a file, or a look-up', async () => {
    let connections = 0;
    const target = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    target.on('connection', () => (connections += 1));
    await once(target, 'listening');
    const { port } = target.address() as AddressInfo;
    await using node = await makeNode({
      name: 'alice',
      network: createNetwork({
        ownUrl: () => 'https://alice.example',
        networks: [],
        userAgent: 'test',
        // Every name leads to this machine, as one that was rebound would.
        resolve: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
      }),
    });
    const hosts = ['127.0.0.1', '[::ffff:7f00:1]', 'localhost', 'rebound.example'];
    let taken = 0;
    for (const host of hosts) {
      let nodeId: Awaited<ReturnType<typeof makeSigner>>['nodeId'];
      try {
        const signer = await makeSigner({ serverUrl: `http://${host}:${port}` });
        await overHttp.introduce(node as unknown as Peer, signer);
        ({ nodeId } = signer);
      } catch {
        continue; // Refused before anything could be asked of it.
      }
      taken += 1;
      const door = node.door(federation);
      const forbidden = { code: 'network/forbidden-address' };
      await assert.rejects(door.ask(nodeId, 'profile_get', {}), forbidden, host);
      await assert.rejects(door.fetchBlob(nodeId, CID, 'ticket'), forbidden, host);
      await assert.rejects(node.door(discovery).resolve(`http://${host}:${port}`), forbidden, host);
    }
    assert.ok(taken >= 2, 'records with such addresses were shown');
    assert.equal(connections, 0);
    target.close();
  });
});
