// L7 beyond signing out: a changed passphrase and a stolen refresh token end sessions with their open sockets.
import { claimNode, makeNode, signIn, type TestNode } from '#kit';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';

async function live(node: TestNode, token: string): Promise<{ closed: Promise<unknown> } & Disposable> {
  const socket = new WebSocket(`${node.url}/api/v1/live`, { headers: { authorization: `Bearer ${token}` } });
  const closed = once(socket, 'close').then(([code]: unknown[]) => code);
  await once(socket, 'message');
  return { closed, [Symbol.dispose]: () => socket.terminate() };
}

const json = (method: string, body: object): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

describe('a session and its open socket', () => {
  it('end when another session changes the passphrase, which stays', async () => {
    await using node = await makeNode({ name: 'alice' });
    const [phone, laptop] = [await claimNode(node), await signIn(node)];
    using onPhone = await live(node, phone.token);
    const change = json('PUT', { next: 'cinq chevaux tout à fait corrects' });
    assert.ok((await laptop.fetch('/api/v1/passphrase', change)).ok);
    assert.equal(await onPhone.closed, 4401);
    assert.equal((await phone.fetch('/api/v1/status')).status, 401);
    assert.equal((await laptop.fetch('/api/v1/status')).status, 200);
  });

  it('end when a refresh token is used a second time', async () => {
    await using node = await makeNode({ name: 'alice' });
    const { passphrase } = await claimNode(node);
    const signed = await node.fetch('/api/v1/sessions', json('POST', { passphrase, mode: 'bearer' }));
    const grant = (await signed.json()) as { access_token: string; refresh_token: string };
    using socket = await live(node, grant.access_token);
    const refresh = (): Promise<Response> =>
      node.fetch('/api/v1/sessions/refresh', json('POST', { refresh_token: grant.refresh_token }));
    assert.equal((await refresh()).status, 200);
    assert.equal((await refresh()).status, 401);
    assert.equal(await socket.closed, 4401);
    const headers = { authorization: `Bearer ${grant.access_token}` };
    assert.equal((await node.fetch('/api/v1/status', { headers })).status, 401);
  });
});
