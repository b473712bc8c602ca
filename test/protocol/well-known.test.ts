// did.json and WebFinger as others read them (docs/protocol.md "Discovery documents").
import { base58btc } from 'multiformats/bases/base58';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createIdentity,
  deactivateIdentity,
  didDocument,
  parseHandle,
  parseRecord,
  readWebfinger,
  renameIdentity,
  signRecord,
  toBase64Url,
  verifyIdentityLog,
  webfingerDocument,
} from '#protocol';
import { key, multikey, seed } from './identity/forged-log.ts';

const created = '2026-01-01T00:00:00.000Z';
const keys = {
  signingKey: key(1),
  nextSigningPublicKey: key(2).publicKey,
  recoveryPublicKey: key(100).publicKey,
};
const { nodeId, did, log } = await createIdentity({
  ...keys,
  host: 'registry.example',
  path: ['n', 'alice'],
  created,
});
const identity = await verifyIdentityLog(log);
const { record } = parseRecord(
  signRecord(
    {
      node_id: nodeId,
      seq: 1,
      log_head: identity.head,
      log,
      server_urls: ['https://alice.example'],
      multiaddrs: [],
      sealing_key: toBase64Url(seed(3)),
      transport_key: toBase64Url(seed(4)),
      username: 'alice',
      expires: '2026-01-03T00:00:00.000Z',
    },
    key(1),
  ),
);

describe('did.json', () => {
  it('is a did:web document with the signing and the sealing key and the address', () => {
    const id = 'did:web:registry.example:n:alice';
    const sealing = base58btc.encode(Uint8Array.of(0xec, 0x01, ...seed(3)));
    const method = (multibase: string) => ({
      id: `${id}#${multibase}`,
      type: 'Multikey',
      controller: id,
      publicKeyMultibase: multibase,
    });
    assert.deepEqual(didDocument(identity, record), {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      id,
      alsoKnownAs: [did],
      verificationMethod: [method(multikey(1)), method(sealing)],
      authentication: [`${id}#${multikey(1)}`],
      assertionMethod: [`${id}#${multikey(1)}`],
      keyAgreement: [`${id}#${sealing}`],
      service: [{ id: `${id}#orf`, type: 'OrfNode', serviceEndpoint: ['https://alice.example'] }],
    });
  });

  it('names former DIDs, and keeps did:webvh where there is no host', async () => {
    const next = { by: key(2), nextSigningPublicKey: key(3).publicKey, created };
    const moved = await verifyIdentityLog(await renameIdentity(log, { ...next, host: 'node.invalid' }));
    const document = didDocument(moved);
    assert.deepEqual([document['id'], document['alsoKnownAs']], [`did:webvh:${nodeId}:node.invalid`, [did]]);
    assert.deepEqual([document['keyAgreement'], document['service']], [undefined, undefined]);
  });

  it('of a closed identity holds no key and no address', async () => {
    const next = { by: key(2), nextSigningPublicKey: key(3).publicKey, created };
    const document = didDocument(await verifyIdentityLog(await deactivateIdentity(log, next)), record);
    assert.deepEqual(Object.keys(document), ['@context', 'id', 'alsoKnownAs']);
  });
});

describe('a WebFinger answer', () => {
  const resource = 'acct:alice@alice.example';
  const answer = webfingerDocument({ username: 'alice', host: 'alice.example', identity, record });

  it('leads from a name to node id and address', () => {
    assert.equal(answer['subject'], resource);
    assert.deepEqual(answer['aliases'], [did, 'https://alice.example']);
    assert.deepEqual(readWebfinger(answer, resource), { nodeId, serverUrl: 'https://alice.example' });
  });

  it('is refused when it is about somebody else', () => {
    assert.throws(() => readWebfinger(answer, 'acct:bob@alice.example'), { code: 'webfinger/subject' });
  });

  it('is refused when it names no node, or no plain address', () => {
    const link = { rel: 'urn:orf:rel:node', href: 'https://alice.example' };
    const properties = { 'urn:orf:node-id': nodeId };
    const wrong = [
      null,
      [],
      { subject: resource },
      { subject: resource, properties, links: {} },
      { subject: resource, properties, links: [null, 'x'] },
      { subject: resource, properties, links: [{ ...link, href: 'javascript:alert(1)' }] },
      { subject: resource, properties: { 'urn:orf:node-id': 'x' }, links: [link] },
      {
        subject: resource,
        properties,
        links: [...Array.from({ length: 32 }, () => ({ rel: 'self' })), link],
      },
    ];
    for (const document of wrong) assert.throws(() => readWebfinger(document, resource), /webfinger\//);
    assert.ok(readWebfinger({ subject: resource, properties, links: [link] }, resource));
  });
});

describe('a handle', () => {
  it('is written name@host, with or without a prefix', () => {
    const handle = { username: 'alice', host: 'alice.example:7701' };
    for (const text of [
      'alice@alice.example:7701',
      '@alice@alice.example:7701',
      'acct:Alice@Alice.Example:7701',
    ]) {
      assert.deepEqual(parseHandle(text), handle);
    }
  });

  it('is nothing else', () => {
    for (const text of [
      'alice',
      'alice@',
      '@alice',
      'a@b@c',
      'alice@host/path',
      'alice@user:x@host',
      'al ice@host',
      'alice@host:0',
      'élise@host',
      'alice@-',
    ]) {
      assert.equal(parseHandle(text), null, text);
    }
  });
});
