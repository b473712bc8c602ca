// Whatever another party can read passes access: with rules that refuse everything, no route and no signed question
// tells anything, and what each asks is a kind that has rules. Generated from the table of routes and of message types.
import type { AccessRequest } from '#kernel/actor.ts';
import type { RouteContract } from '#kernel/http/contract.ts';
import { claimNode, makeNode, type Owner, type TestNode } from '#kit';
import { access } from '#node/access/index.ts';
import { discovery } from '#node/discovery/index.ts';
import { messageSchemas, type MessageType } from '#protocol/messages';
import type { JsonObject } from '#protocol';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { makeSigner, type Signer } from '../federation/rig.ts';
import { sampleRequest } from './samples.ts';

const refusing = (t: TestContext, node: TestNode): AccessRequest[] => {
  const asked: AccessRequest[] = [];
  t.mock.method(node.door(access), 'decide', async (request: AccessRequest) => {
    asked.push(request);
    return Promise.resolve({ allow: false, why: 'this test refuses everything' });
  });
  t.mock.method(node.door(access), 'require', async (request: AccessRequest) => {
    asked.push(request);
    return Promise.reject(Object.assign(new Error('refused'), { code: 'access/not-found' }));
  });
  return asked;
};

const contracts = (node: TestNode): RouteContract[] =>
  node.running.booted.routes.map(({ contract }) => contract);

async function askQuestion(
  node: TestNode,
  signer: Signer,
  type: MessageType,
  payload: JsonObject,
): Promise<{ status: number; code: string; items: unknown[] | undefined }> {
  const answer = await node.fetch('/orf/v1/query', {
    method: 'POST',
    headers: { 'content-type': 'application/orf+json' },
    body: Buffer.from(signer.envelope(node.nodeId as Signer['nodeId'], 0, { type, payload })),
  });
  const { code = '', items } = (await answer.json()) as { code?: string; items?: unknown[] };
  return { status: answer.status, code, items };
}

async function introduced(node: TestNode): Promise<Signer> {
  const signer = await makeSigner();
  await node.door(discovery).learn({
    record: Buffer.from(signer.introduction.record),
    log: signer.introduction.log,
  });
  return signer;
}

describe('access', () => {
  it('has rules for the kind of every route, and they let strangers do only what is public', async () => {
    await using node = await makeNode({ name: 'alice' });
    const rules = node.door(access);
    const kinds = new Set(rules.kinds());
    const stranger = { kind: 'node', node_id: (await makeSigner()).nodeId } as const;
    assert.ok(contracts(node).length > 40, 'the table of routes is the real one');
    for (const { id, audience, access: asked } of contracts(node)) {
      assert.ok(kinds.has(asked.kind), `${id} asks for a kind without rules`);
      const { kind, action } = asked;
      const resource = { kind };
      const anybody = await rules.decide({ actor: { kind: 'anonymous' }, action, resource });
      assert.equal(anybody.allow, audience === 'public', id);
      // A profile is the one thing that an owner's route and a signed question share.
      if (audience === 'public' || id === 'people.profile') continue;
      assert.equal((await rules.decide({ actor: stranger, action, resource })).allow, false, id);
    }
    for (const { path, access: asked } of node.running.booted.rawRoutes) {
      const { kind, action } = asked;
      const decision = await rules.decide({ actor: { kind: 'anonymous' }, action, resource: { kind } });
      assert.ok(kinds.has(kind) && decision.allow, path);
    }
  });

  it('is asked before any route does anything, for its owner too', async (t) => {
    await using node = await makeNode({ name: 'alice' });
    const owner: Owner = await claimNode(node);
    const asked = refusing(t, node);
    for (const contract of contracts(node)) {
      asked.length = 0;
      const { path, init } = sampleRequest(contract);
      const answer = await owner.fetch(path, init);
      const text = await answer.text();
      assert.ok([403, 404].includes(answer.status), `${contract.id}: ${answer.status} ${text}`);
      assert.match(text, /"code":"access\/(denied|not-found)"/, contract.id);
      const { kind, action } = contract.access;
      assert.deepEqual([asked[0]?.resource.kind, asked[0]?.action], [kind, action], contract.id);
    }
  });

  it('is asked before the inbox reads a byte, and before the live socket opens', async (t) => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const signer = await introduced(node);
    const asked = refusing(t, node);
    assert.ok(node.running.booted.rawRoutes.length > 0);
    for (const { method, path, access: rule } of node.running.booted.rawRoutes) {
      asked.length = 0;
      const body = Buffer.from(signer.envelope(node.nodeId as Signer['nodeId'], 1));
      const headers = { 'content-type': 'application/orf+json' };
      const init = method === 'GET' ? { method } : { method, headers, body };
      const answer = await node.fetch(path, init);
      assert.equal(answer.status, 403, `${path}: ${await answer.text()}`);
      assert.deepEqual([asked[0]?.resource.kind, asked[0]?.action], [rule.kind, rule.action]);
    }
    asked.length = 0;
    const socket = new WebSocket(`${node.url}/api/v1/live`, {
      headers: { authorization: `Bearer ${owner.token}` },
    });
    socket.on('error', () => undefined);
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    assert.equal(answer.statusCode, 403);
    assert.equal(asked.length, 1);
  });

  it('is asked by the area for what every signed question wants', async (t) => {
    await using node = await makeNode({ name: 'alice' });
    const signer = await introduced(node);
    const uri = `orf://${node.nodeId}/post/01890000-0000-7000-8000-000000000000`;
    const created_at = new Date().toISOString();
    const page = { created_at, limit: 10 };
    const cid = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';
    const samples: Partial<Record<MessageType, readonly JsonObject[]>> = {
      content_get: [{ uri }],
      content_sync: [
        { ...page, kind: 'posts' },
        { ...page, kind: 'mine' },
      ],
      profile_get: [{}],
      blob_ticket: [
        { uri, cid },
        { uri: `orf://${node.nodeId}/profile/avatar`, cid },
      ],
    };
    // The question as such is open to anybody; what it asks for is judged by the area.
    const rules = node.door(access);
    const decide = rules.decide.bind(rules);
    const asked = refusing(t, node);
    t.mock.method(rules, 'decide', async (request: AccessRequest) => {
      if (request.resource.kind === 'federation') return decide(request);
      asked.push(request);
      return Promise.resolve({ allow: false, why: 'this test refuses everything' });
    });
    for (const type of Object.keys(messageSchemas) as MessageType[]) {
      const probe = await askQuestion(node, signer, type, { nonsense: true });
      if (probe.code === 'federation/type-unprocessable') {
        assert.equal(samples[type], undefined, `${type} is answered no more`);
        continue;
      }
      assert.ok(samples[type] !== undefined, `${type} is answered: show here that it asks access`);
      for (const payload of samples[type]) {
        asked.length = 0;
        const { status, items } = await askQuestion(node, signer, type, payload);
        assert.ok(status >= 400 || items?.length === 0, `${type} ${JSON.stringify(payload)}: ${status}`);
        assert.deepEqual(
          asked.map(({ actor }) => actor),
          [{ kind: 'node', node_id: signer.nodeId }],
          `${type} ${JSON.stringify(payload)}`,
        );
      }
    }
  });
});
