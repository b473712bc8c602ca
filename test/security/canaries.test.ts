// L8: canaries in everything that is secret or private, on two nodes that talk, and none of them in a log line at
// level debug, in an answer that refuses, or in what strangers may read.
import { createLog } from '#kernel/log.ts';
import { claimNode, eventually, makeNode, signIn, type TestNode } from '#kit';
import { showKitRoute } from '#node/identity/api.ts';
import { identity } from '#node/identity/index.ts';
import { changeProfile } from '#node/people/api.ts';
import { listMessages, sendMessage } from '#node/conversations/api.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { befriend, reads, write } from '../posts/friends-rig.ts';
import { sampleRequest } from './samples.ts';

const canary = (what: string): string => `canari-${what}-4711`;

function logged(): { readonly log: ReturnType<typeof createLog>; text(): string } {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
  return { log, text: () => lines.join('') };
}

/** The tokens of a session in cookies, as a browser holds them. */
async function cookiesOf(node: TestNode, passphrase: string): Promise<string[]> {
  const answer = await node.fetch('/api/v1/sessions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ passphrase }),
  });
  assert.ok(answer.ok);
  return answer.headers.getSetCookie().map((cookie) => cookie.split(/[=;]/)[1] ?? '');
}

describe('canaries', () => {
  it('are in no log line at level debug, on either side', async () => {
    const [hers, his] = [logged(), logged()];
    await using alice = await makeNode({ name: 'alice-1', log: hers.log });
    await using bob = await makeNode({ name: 'bob-1', log: his.log });
    const owner = await claimNode(alice);
    const cookies = await cookiesOf(alice, owner.passphrase);
    assert.ok(cookies.length >= 2);
    await befriend(bob, alice);
    await alice.call(changeProfile, { body: { bio: canary('bio') } });
    await write(alice, canary('post'), { visibility: 'friends' });
    await write(alice, canary('private'), { visibility: 'private' });
    await reads(bob, canary('post'));
    await bob.call(sendMessage, { body: { who: alice.nodeId, text: canary('message') } });
    await eventually('the message has come', async () => {
      const { items } = await alice.call(listMessages, { query: {} });
      return items.some(({ text }) => text === canary('message'));
    });
    const { words, code } = await alice.call(showKitRoute, { body: {} });
    const kit = [code, words.join(' '), words.join('","')];
    const wrong = JSON.stringify({ passphrase: canary('passphrase'), mode: 'bearer' });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${canary('token')}` };
    await alice.fetch('/api/v1/sessions', { method: 'POST', headers, body: wrong });
    await alice.fetch(`/api/v1/posts/${canary('path')}`, { headers: { cookie: `x=${canary('cookie')}` } });
    const { privateKey } = alice.door(identity).self().sealingKeys.current;
    const keys = (['hex', 'base64', 'base64url'] as const).map((form) =>
      Buffer.from(privateKey).toString(form),
    );
    // What fails is what is told.
    await alice.stop();
    await bob.call(sendMessage, { body: { who: alice.nodeId, text: canary('late') } });
    await eventually('a failure is logged', () => his.text().includes('"level":"debug"'));
    const log = hers.text() + his.text();
    for (const secret of ['canari-', owner.token, owner.passphrase, ...cookies, ...kit, ...keys]) {
      assert.ok(!log.includes(secret), `a log line holds ${secret}`);
    }
  });

  it('are in no answer that refuses them', async () => {
    await using node = await makeNode({ name: 'alice' });
    await claimNode(node);
    const owner = await signIn(node);
    const secret = canary('secret');
    const paths = ['/api/v1/claim', '/api/v1/sessions', '/api/v1/sessions/refresh', '/api/v1/passphrase'];
    const routes = node.running.booted.routes.filter(
      ({ contract }) => paths.includes(contract.path) && contract.body !== undefined,
    );
    assert.equal(routes.length, paths.length);
    for (const { contract } of routes) {
      const { path, init } = sampleRequest(contract);
      const fields = Object.keys(JSON.parse(String(init.body)) as object);
      const bodies = [
        `{"token":"${secret}","passphrase":"${secret}"}`,
        `{"passphrase":"${secret}"}`,
        `{"current":"${secret}","next":"${secret}"}`,
        `{"refresh_token":"${secret}"}`,
        `{"refresh_token":"${secret.repeat(100)}"}`,
        JSON.stringify(Object.fromEntries(fields.map((field) => [field, [secret]]))),
        `{"passphrase":"${secret}`,
        `"${secret}"`,
      ];
      for (const body of bodies) {
        const answer = await owner.fetch(path, { ...init, body });
        const text = await answer.text();
        assert.ok(answer.status >= 400, `${path} ${body}: ${answer.status}`);
        assert.ok(!text.includes('canari'), `${path} ${body}: ${text}`);
      }
    }
  });

  it('are in nothing that strangers may read', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await node.call(changeProfile, { body: { bio: canary('bio') } });
    await write(node, canary('private'), { visibility: 'private' });
    await write(node, canary('friends'), { visibility: 'friends' });
    const routes = node.running.booted.routes.filter(
      ({ contract }) => contract.audience === 'public' && contract.method === 'GET',
    );
    assert.ok(routes.length >= 4);
    const paths = [...routes.map(({ contract }) => sampleRequest(contract).path)];
    paths.push('/', '/health/ready', '/api/docs', '/api/v1/openapi.json');
    for (const path of paths) {
      const text = await (await node.fetch(path)).text();
      for (const secret of ['canari', owner.token, owner.sessionId]) assert.ok(!text.includes(secret), path);
    }
    const document = await (await node.fetch('/api/v1/openapi.json')).text();
    assert.ok(!/"(?:example|examples)":/.test(document), 'an example could hold a secret of this node');
    assert.ok(!document.includes(node.nodeId));
  });
});
