// Whose request it is behind a proxy: by what a trusted hop wrote, never by what a stranger says of itself.
import { createClientAddresses } from '#kernel/http/client-address.ts';
import { shareOf } from '#kernel/http/connections.ts';
import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';

function addressOf(peer: string | undefined, forwarded?: string, proxies: readonly string[] = []): string {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: peer });
  const request = new IncomingMessage(socket);
  if (forwarded !== undefined) request.headers['x-forwarded-for'] = forwarded;
  return createClientAddresses(proxies)(request);
}

describe('the address of who asks', () => {
  it('is the one that a proxy on this machine, or a named one, has heard', () => {
    assert.equal(addressOf('127.0.0.1', '203.0.113.7'), '203.0.113.7');
    assert.equal(addressOf('::ffff:127.0.0.1', '2001:db8::7'), '2001:db8::7');
    assert.equal(addressOf('10.0.0.2', '203.0.113.7', ['10.0.0.0/24']), '203.0.113.7');
    assert.equal(addressOf('10.0.0.2', '203.0.113.7, 10.0.0.9', ['10.0.0.0/24']), '203.0.113.7');
    assert.equal(addressOf('127.0.0.1', '[2001:db8::7]:4711'), '2001:db8::7');
    assert.equal(addressOf('127.0.0.1', '203.0.113.7:4711'), '203.0.113.7');
  });

  it('is the connection’s own where nobody trusted says another', () => {
    assert.equal(addressOf('198.51.100.1', '203.0.113.7'), '198.51.100.1');
    assert.equal(addressOf('198.51.100.1', '203.0.113.7', ['10.0.0.0/24']), '198.51.100.1');
    assert.equal(addressOf('127.0.0.1'), '127.0.0.1');
    assert.equal(addressOf('127.0.0.1', ''), '127.0.0.1');
    assert.equal(addressOf('127.0.0.1', 'unknown'), '127.0.0.1');
    assert.equal(addressOf(undefined, '203.0.113.7'), '', 'the local socket');
  });

  it('is never taken from what stood in the header before the proxy added to it', () => {
    assert.equal(addressOf('127.0.0.1', '192.0.2.1, 203.0.113.7'), '203.0.113.7');
    assert.equal(addressOf('127.0.0.1', '192.0.2.1, nonsense'), '127.0.0.1');
  });
});

describe('what shares one bound', () => {
  it('is a whole /64, however its addresses are shortened', () => {
    assert.equal(shareOf('2001:db8::1'), shareOf('2001:db8::a:b:c:d'));
    assert.equal(shareOf('2001:db8::1'), shareOf('2001:db8:0:0:ffff::9'));
    assert.notEqual(shareOf('2001:db8::1'), shareOf('2001:db8:0:1::1'));
    assert.equal(shareOf('::ffff:203.0.113.7'), shareOf('203.0.113.7'));
    assert.notEqual(shareOf('203.0.113.7'), shareOf('203.0.113.8'));
  });
});
