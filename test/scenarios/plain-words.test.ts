// When something is wrong on the owner's side, they are told in their language what happened, that nothing was lost,
// and what to do, and a command ends with the promised exit code. That commands print these sentences as they are is
// held in edge/; here they are read.
import { freePort, makeNode, makeRegistry, temporaryFolder } from '#kit';
import { sendMessage } from '#node/conversations/api.ts';
import { discovery } from '#node/discovery/index.ts';
import { init, start } from '#node/main.ts';
import { addFriend, changeBond, findPeople, listConnections } from '#node/people/api.ts';
import { createPost } from '#node/posts/api.ts';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import type { FullDiskReport } from './full-disk.ts';
import { inBothLanguages, refusal, type Sentences } from './sentences.ts';

const kept = {
  en: /nothing (?:was|older was)\b|is kept/i,
  fr: /rien n|rien d|est conservé/i,
};
const advice = {
  en: /try again|then start|again|check|free some space|ored |name the person/i,
  fr: /réessay|relance|vérifie|libérez|ored |nommez|remettez/i,
};

/** The code, the exit code, and all three parts in both languages, naming what it is about. */
function assertPlain(said: Sentences, expected: { code: string; exit: number; names?: string }): void {
  assert.deepEqual([said.code, said.exit], [expected.code, expected.exit], said.en);
  for (const language of ['en', 'fr'] as const) {
    assert.match(said[language], kept[language], 'says that nothing was lost');
    assert.match(said[language], advice[language], 'says what to do');
    assert.ok(said[language].includes(expected.names ?? ''), `"${said[language]}" says whom it is about`);
  }
  assert.notEqual(said.en, said.fr);
}

async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await freePort();
  const server = createServer(listener).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const answering = (status: number, body: string): ReturnType<typeof serve> =>
  serve((_request, response) => response.writeHead(status).end(body));

describe('a running node says plainly', () => {
  it('that the directory cannot be reached, and what needs no directory goes on', async () => {
    const registry = `http://127.0.0.1:${await freePort()}`;
    await using alice = await makeNode({ name: 'alice-1', registry });
    const absent = { code: 'network/unreachable', exit: 69, names: registry };
    const who = 'bob-1';
    for (const said of [
      await inBothLanguages(alice, ({ call }) => call(findPeople, { query: { q: who } })),
      await inBothLanguages(alice, ({ call }) => call(addFriend, { body: { who } })),
      await inBothLanguages(alice, ({ call }) => call(sendMessage, { body: { who, text: 'hello' } })),
    ]) {
      assertPlain(said, absent);
    }
    await alice.call(createPost, { body: { text: 'it works without', visibility: 'private' } });
  });

  it('that the directory answers nonsense', async () => {
    await using registry = await answering(200, '<html>hello</html>');
    await using alice = await makeNode({ name: 'alice-1', registry: registry.url });
    const said = await inBothLanguages(alice, ({ call }) => call(findPeople, { query: { q: 'bob-1' } }));
    assertPlain(said, { code: 'registry/nonsense', exit: 69, names: registry.url });
    assert.equal(alice.door(discovery).registered(), false);
  });

  it('that a person is unknown, and how to name one', async () => {
    await using registry = await makeRegistry();
    await using alice = await makeNode({ name: 'alice-1', registry: registry.url });
    const who = 'nobody-here';
    for (const said of [
      await inBothLanguages(alice, ({ call }) => call(addFriend, { body: { who } })),
      await inBothLanguages(alice, ({ call }) => call(sendMessage, { body: { who, text: 'hello' } })),
      await inBothLanguages(alice, ({ call }) =>
        call(changeBond, { params: { action: 'accept' }, body: { who } }),
      ),
    ]) {
      assert.equal(said.exit, 1, said.en);
      for (const language of ['en', 'fr'] as const) {
        assert.ok(said[language].includes(who), said[language]);
        assert.match(said[language], advice[language]);
      }
      assert.notEqual(said.en, said.fr);
    }
  });

  it('that what answers at an address is no node, or proves nothing, and keeps nothing of it', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const adding = (who: string): Promise<Sentences> =>
      inBothLanguages(alice, ({ call }) => call(addFriend, { body: { who } }));
    await using broken = await answering(200, '{"record": [1, 2');
    await using other = await answering(404, '{}');
    await using forged = await answering(200, JSON.stringify({ record: '{"seq":1}', log: '{}' }));
    await using silent = await serve((request) => request.socket.destroy());
    for (const { url } of [broken, other]) {
      assertPlain(await adding(url), { code: 'discovery/no-node', exit: 69, names: url });
    }
    assertPlain(await adding(forged.url), { code: 'discovery/nonsense', exit: 69 });
    const { host } = new URL(forged.url);
    assertPlain(await adding(`bob@${host}`), { code: 'discovery/nonsense', exit: 69 });
    const gone = { code: 'network/unreachable', exit: 69, names: new URL(silent.url).host };
    assertPlain(await adding(silent.url), gone);
    assert.deepEqual((await alice.call(listConnections, { query: {} })).items, []);
  });
});

describe('a node that cannot start says plainly', () => {
  const made = async (path: string, passphrase?: string) => {
    const dataDir = join(path, 'node');
    const port = await freePort();
    const secret = passphrase === undefined ? {} : { passphrase };
    await init({
      dataDir,
      username: 'alice-1',
      url: `http://127.0.0.1:${port}`,
      language: 'en',
      env: {},
      ...secret,
    });
    const starting = (more: { passphrase?: string } = {}): Promise<Sentences> =>
      refusal(() =>
        start({
          dataDir,
          env: {},
          ...more,
          onFatal: (error) => {
            throw error;
          },
        }),
      );
    return { dataDir, port, starting };
  };

  it('that the passphrase is wrong or missing', async () => {
    using folder = temporaryFolder();
    const { starting } = await made(folder.path, 'the right horse');
    const wrong = await starting({ passphrase: 'a wrong one' });
    assertPlain(wrong, { code: 'keyring/wrong-passphrase', exit: 4 });
    const missing = await starting();
    assert.deepEqual([missing.code, missing.exit], ['keyring/passphrase-needed', 4]);
    for (const sentence of [missing.en, missing.fr]) assert.match(sentence, /ORED_PASSPHRASE_FILE/);
  });

  it('that its key file is missing, and makes no other', async () => {
    using folder = temporaryFolder();
    const { dataDir, starting } = await made(folder.path);
    const key = join(dataDir, 'keys', 'master.key');
    renameSync(key, join(folder.path, 'away'));
    assertPlain(await starting(), { code: 'keyring/missing', exit: 1, names: key });
    assertPlain(await starting(), { code: 'keyring/missing', exit: 1, names: key });
  });

  it('that its port is in use', async () => {
    using folder = temporaryFolder();
    const { port, starting } = await made(folder.path);
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    assertPlain(await starting(), { code: 'http/port-busy', exit: 1, names: String(port) });
    squatter.close();
  });
});

describe('a full disk', () => {
  it('is said plainly, loses nothing, lets everything be read, and is over when there is room', async () => {
    using folder = temporaryFolder();
    // Without root, a namespace of this user's own gives the right to mount.
    const asUser = process.getuid?.() === 0 ? [] : ['--map-root-user'];
    const program = join(import.meta.dirname, 'full-disk.ts');
    const child = spawn('unshare', [...asUser, '--mount', process.execPath, program, folder.path]);
    const [said, trouble] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.notEqual(said, '', trouble);
    const { post, upload, start: starting, init: making, ...feeds } = JSON.parse(said) as FullDiskReport;
    for (const sentences of [post, upload, starting, making]) {
      assertPlain(sentences, { code: 'db/disk-full', exit: 1 });
    }
    assert.deepEqual(feeds, { feedFull: ['before'], feedAfter: ['after', 'before'] });
  });
});
