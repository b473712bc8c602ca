// Two friends talk: what arrives, in which order, where it stands, and what can be found again.
import { eventually, type TestNode } from '#kit';
import { conversations } from '#node/conversations/index.ts';
import { federation } from '#node/federation/index.ts';
import { identity } from '#node/identity/index.ts';
import { searchRoute } from '#node/search/api.ts';
import { sendMessage } from '#node/conversations/api.ts';
import { uploadMedia } from '#node/media/api.ts';
import { AppError, type Cid, type Uri } from '#protocol';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { befriend, makeTown, read, say } from './rig.ts';

const withCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

test('friends write to each other, and both read the same conversation, oldest first', async () => {
  await using town = await makeTown('alice', 'bob');
  const { alice, bob } = town.people;
  await befriend(alice, bob);
  const first = await say(alice, 'bob', 'On se voit à huit heures ?');
  assert.equal(first.text, 'On se voit à huit heures ?');
  assert.deepEqual(first.author, { node_id: alice.nodeId, username: 'alice' });
  await eventually('bob has it', async () => (await read(bob, 'alice')).length === 1);
  await say(bob, 'alice', 'Oui, devant la gare.');
  const both = await eventually('alice has the answer', async () => {
    const messages = await read(alice, 'bob');
    return messages.length === 2 && messages[0]?.delivery === 'accepted' && messages;
  });
  assert.deepEqual(
    both.map(({ text, author }) => [author.username, text]),
    [
      ['alice', 'On se voit à huit heures ?'],
      ['bob', 'Oui, devant la gare.'],
    ],
  );
  const atBob = await read(bob, 'alice');
  assert.deepEqual(
    atBob.map(({ id, text, created_at }) => ({ id, text, created_at })),
    both.map(({ id, text, created_at }) => ({ id, text, created_at })),
  );
});

test('what is said can be found again by both, newest first', async () => {
  await using town = await makeTown('alice', 'bob');
  const { alice, bob } = town.people;
  await befriend(alice, bob);
  await say(alice, 'bob', 'La clé est sous le pot de géraniums.');
  await say(alice, 'bob', 'Les géraniums ont soif.');
  await eventually('bob has both', async () => (await read(bob)).length === 2);
  for (const node of [alice, bob]) {
    const { items } = await node.call(searchRoute, { query: { q: 'geraniums', kind: 'message' } });
    assert.deepEqual(
      items.map(({ text, author }) => [author.username, text]),
      [
        ['alice', 'Les géraniums ont soif.'],
        ['alice', 'La clé est sous le pot de géraniums.'],
      ],
    );
  }
});

test('a friend gets a file with a message, and nobody else gets a ticket for it', async () => {
  await using town = await makeTown('alice', 'bob', 'carol');
  const { alice, bob, carol } = town.people;
  await befriend(alice, bob);
  await befriend(alice, carol);
  const file = join(alice.dataDir, 'plan.txt');
  const plan = 'Turn left at the mill.\n'.repeat(10_000);
  writeFileSync(file, plan);
  const { id } = await alice.upload(uploadMedia, file, { name: 'plan.txt' });
  const sent = await alice.call(sendMessage, { body: { who: 'bob', text: '', files: [id] } });
  const [got] = await eventually('bob has it', async () => {
    const messages = await read(bob, 'alice');
    return messages.length === 1 && messages;
  });
  const nothing = { width: null, height: null, duration_ms: null };
  const about = { position: 0, name: 'plan.txt', type: 'application/octet-stream', size: plan.length };
  assert.deepEqual(got?.attachments, [{ ...about, ...nothing }]);
  const address = { id: sent.id, position: 0, author: alice.nodeId };
  assert.equal(await download(bob, address), plan);
  assert.equal(await download(alice, address), plan);

  const question = { cid: await cidOf(bob, sent.id), uri: sent.uri as Uri };
  await assert.rejects(
    carol.door(federation).ask(alice.door(identity).self().nodeId, 'blob_ticket', question),
    withCode('access/not-found'),
  );
  await bob.door(federation).ask(alice.door(identity).self().nodeId, 'blob_ticket', question);
});

test('refuses what cannot be sent, and stores nothing', async () => {
  await using town = await makeTown('alice', 'bob');
  const { alice, bob } = town.people;
  await befriend(alice, bob);
  const cases: [string, string, string][] = [
    ['bob', ' \n ', 'conversations/empty-unprocessable'],
    ['alice', 'to me', 'conversations/self-unprocessable'],
    ['nobody-here', 'hello', 'people/unknown'],
    ['bob', 'x'.repeat(20_001), 'text/too-long-unprocessable'],
    ['bob', 'see \u202e this', 'text/bidi-unprocessable'],
    ['bob', `Z${'\u0301'.repeat(100)}`, 'text/marks-unprocessable'],
    // Within the characters, but three bytes each: more than an envelope holds.
    ['bob', '字'.repeat(20_000), 'message/too-long'],
  ];
  for (const [who, text, code] of cases) await assert.rejects(say(alice, who, text), withCode(code));
  const refused = await alice.cli(['message', 'send', 'nobody-here', 'hello']);
  assert.deepEqual([refused.code, refused.error().code], [1, 'people/unknown']);
  assert.deepEqual(await read(alice), []);
  await say(alice, 'bob', 'é'.repeat(20_000));
  await eventually('the longest one arrives', async () => (await read(bob))[0]?.text.length === 20_000);
});

test('the command line takes a text from standard input and lists everything unless it is limited', async () => {
  await using town = await makeTown('alice', 'bob');
  const { alice, bob } = town.people;
  await befriend(alice, bob);
  const piped = await alice.cli(['message', 'send', 'bob', '-', '--json'], 'Une lettre\nen deux lignes\n');
  assert.equal(piped.code, 0, piped.stderr);
  await alice.ored('message', 'send', 'bob', '--', '--not-an-option');
  for (let n = 1; n <= 120; n += 1) await say(alice, 'bob', `number ${n}`);
  await eventually('bob has all', async () => (await read(bob)).at(-1)?.text === 'number 120');
  const all = (await bob.ored('message', 'list', 'alice')) as { text: string; created_at: string }[];
  assert.equal(all.length, 122);
  assert.deepEqual(
    all.slice(0, 3).map(({ text }) => text),
    ['Une lettre\nen deux lignes', '--not-an-option', 'number 1'],
  );
  assert.deepEqual(
    all.map(({ created_at }) => created_at),
    all.map(({ created_at }) => created_at).toSorted(),
  );
  const last = (await bob.ored('message', 'list', 'alice', '--limit', '2')) as { text: string }[];
  assert.deepEqual(
    last.map(({ text }) => text),
    ['number 119', 'number 120'],
  );
  assert.equal((await bob.cli(['message', 'list', '--limit', 'none'])).code, 2);
});

async function download(
  node: TestNode,
  file: { readonly author: string; readonly id: string; readonly position: number },
): Promise<string> {
  const path = `/api/v1/messages/${file.author}/${file.id}/files/${file.position}`;
  const [response] = (await once(
    request({ socketPath: node.running.socketPath, path, headers: { host: 'localhost' } }).end(),
    'response',
  )) as [IncomingMessage];
  assert.equal(response.statusCode, 200);
  assert.match(String(response.headers['content-disposition']), /^attachment/);
  return text(response);
}

async function cidOf(node: TestNode, id: string): Promise<Cid> {
  const { items } = await node.door(conversations).messages({ limit: 10 });
  const file = items.find(({ message }) => message.id === id)?.message.attachments[0];
  assert.ok(file !== undefined);
  return file.cid as Cid;
}
