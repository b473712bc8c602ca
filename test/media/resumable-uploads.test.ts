// Uploads in parts: whole across lost lines and restarts, one for one key, refused before a byte when there is no room.
import { eventually, fakeClock, makeNode, temporaryFolder, type TestNode } from '#kit';
import * as api from '#node/media/api.ts';
import { startImport, readImport } from '#node/portability/api.ts';
import { vault } from '#node/vault/index.ts';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { note, outbox, zip } from '../portability/import/archives.ts';
import { feed, write } from '../posts/friends-rig.ts';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Record<string, unknown>;
  readonly bytes: Buffer;
}

/** A request over the owner's socket. */
function ask(
  node: TestNode,
  method: string,
  path: string,
  options: { readonly headers?: Record<string, string>; readonly body?: Buffer | object } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const json =
      options.body === undefined || Buffer.isBuffer(options.body) ? undefined : JSON.stringify(options.body);
    const asked = request(
      {
        socketPath: node.running.socketPath,
        method,
        path,
        headers: {
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const isJson = /json/.test(answer.headers['content-type'] ?? '') && bytes.length > 0;
          const body = isJson ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {};
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body, bytes });
        });
      },
    );
    asked.on('error', reject);
    asked.end(json ?? options.body);
  });
}

const create = (node: TestNode, body: object, key?: string): Promise<Answer> =>
  ask(node, 'POST', '/api/v1/uploads', {
    body,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });
const append = (node: TestNode, id: unknown, offset: number, body: Buffer): Promise<Answer> =>
  ask(node, 'PATCH', `/api/v1/uploads/${String(id)}`, {
    body,
    headers: { 'upload-offset': String(offset), 'content-type': 'application/partial-upload' },
  });

/** Sends a part that announces more than it gives, and breaks the line. */
function sendAndBreak(node: TestNode, id: unknown, offset: number, part: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const asked = request({
      socketPath: node.running.socketPath,
      method: 'PATCH',
      path: `/api/v1/uploads/${String(id)}`,
      headers: { 'upload-offset': String(offset), 'content-length': part.length + 1_000_000 },
    });
    asked.on('error', () => resolve());
    asked.write(part, () => setImmediate(() => asked.destroy()));
  });
}

const offsetOf = async (node: TestNode, id: unknown): Promise<number> =>
  Number((await ask(node, 'HEAD', `/api/v1/uploads/${String(id)}`)).headers['upload-offset']);

const bytesOf = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 0xff));

function filesOf(node: TestNode): string[] {
  return readdirSync(`${node.dataDir}/spool`);
}

describe('an upload in parts', () => {
  it('goes on after a lost line and a restart, and is then a file like any other', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const file = bytesOf(300_000);
    const made = await create(alice, { size: file.length, name: 'long.bin', alt: 'noise' });
    assert.deepEqual(
      [made.status, made.body['offset'], made.headers['location']],
      [201, 0, `/api/v1/uploads/${String(made.body['id'])}`],
    );
    const { id } = made.body;
    assert.equal((await append(alice, id, 0, file.subarray(0, 100_000))).body['offset'], 100_000);
    await sendAndBreak(alice, id, 100_000, file.subarray(100_000, 180_000));
    await eventually('what came before the break is kept', async () => (await offsetOf(alice, id)) > 100_000);
    await alice.restart();
    const offset = await offsetOf(alice, id);
    const [name = ''] = filesOf(alice);
    const sealed = readFileSync(`${alice.dataDir}/spool/${name}`);
    assert.equal(sealed.includes(file.subarray(0, 64)), false);
    const last = await append(alice, id, offset, file.subarray(offset));
    assert.deepEqual([last.status, last.headers['upload-complete']], [200, '?1']);
    const media = last.body['media'] as { id: string; size: number; name: string };
    assert.deepEqual([media.size, media.name], [file.length, 'long.bin']);
    assert.deepEqual((await ask(alice, 'GET', `/api/v1/media/${media.id}`)).bytes, file);
    await write(alice, 'with the file', { media: [media.id] });
    assert.equal((await feed(alice))[0]?.media[0]?.alt, 'noise');
    assert.deepEqual(filesOf(alice), []);
    assert.equal((await ask(alice, 'GET', `/api/v1/uploads/${String(id)}`)).body['complete'], true);
  });

  it('is one for one key, and refuses another file under it', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const one = await create(alice, { size: 5 }, '0199a000-0000-7000-8000-000000000001');
    await append(alice, one.body['id'], 0, Buffer.from('ab'));
    const two = await create(alice, { size: 5 }, '0199a000-0000-7000-8000-000000000001');
    // The first answer, word for word: how far it is, HEAD tells.
    assert.deepEqual([two.status, two.body['id']], [201, one.body['id']]);
    assert.equal(await offsetOf(alice, one.body['id']), 2);
    assert.equal((await create(alice, { size: 6 }, '0199a000-0000-7000-8000-000000000001')).status, 422);
  });

  it('refuses a part at another place, one that is too long, and one that says no place', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const { id } = (await create(alice, { size: 10 })).body;
    await append(alice, id, 0, Buffer.from('abcd'));
    const early = await append(alice, id, 0, Buffer.from('abcd'));
    assert.deepEqual([early.status, early.body['code']], [409, 'vault/spool-offset']);
    const long = await append(alice, id, 4, Buffer.from('efghijklmn'));
    assert.deepEqual([long.status, long.body['code']], [413, 'vault/too-large']);
    const nowhere = await ask(alice, 'PATCH', `/api/v1/uploads/${String(id)}`, { body: Buffer.from('x') });
    assert.deepEqual([nowhere.status, nowhere.body['code']], [400, 'media/upload-offset']);
    assert.equal(await offsetOf(alice, id), 4);
  });

  it('takes the place of a part whose line is dead', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const { id } = (await create(alice, { size: 200_000 })).body;
    const stuck = request({
      socketPath: alice.running.socketPath,
      method: 'PATCH',
      path: `/api/v1/uploads/${String(id)}`,
      headers: { 'upload-offset': '0', 'content-length': 200_000 },
    });
    stuck.on('error', () => undefined);
    stuck.write(bytesOf(10));
    const done = await eventually('the second takes over', async () => {
      const answer = await append(
        alice,
        id,
        await offsetOf(alice, id),
        bytesOf(200_000).subarray(await offsetOf(alice, id)),
      );
      return answer.status === 200 ? answer : undefined;
    });
    assert.equal(done.body['complete'], true);
    stuck.destroy();
  });

  it('is refused before a byte when it does not fit, and gives its room back', async () => {
    await using alice = await makeNode({ name: 'alice-1', settings: { vault: { quota_bytes: 1_048_576 } } });
    const refused = await create(alice, { size: 2_000_000 });
    assert.deepEqual([refused.status, refused.body['code']], [413, 'vault/quota']);
    assert.equal((await create(alice, { size: 60 * 1024 * 1024 })).body['code'], 'vault/too-large');
    const { id } = (await create(alice, { size: 900_000 })).body;
    assert.equal((await create(alice, { size: 900_000 })).body['code'], 'vault/quota');
    await alice.restart();
    assert.equal((await create(alice, { size: 900_000 })).body['code'], 'vault/quota');
    assert.equal((await ask(alice, 'DELETE', `/api/v1/uploads/${String(id)}`)).status, 204);
    assert.equal(
      (await ask(alice, 'GET', `/api/v1/uploads/${String(id)}`)).body['code'],
      'media/upload-not-found',
    );
    assert.equal(alice.door(vault).usage().media, 0);
    const fits = (await create(alice, { size: 900_000 })).body;
    assert.equal((await append(alice, fits['id'], 0, bytesOf(900_000))).body['complete'], true);
  });

  it('is forgotten after a day without a part', async () => {
    const clock = fakeClock();
    await using alice = await makeNode({ name: 'alice-1', clock });
    const { id } = (await create(alice, { size: 100_000 })).body;
    await append(alice, id, 0, bytesOf(70_000));
    assert.equal(filesOf(alice).length, 1);
    await clock.advance(25 * 3_600_000);
    await eventually('it is gone', async () => {
      await alice.door(vault).tidy();
      return (
        filesOf(alice).length === 0 &&
        (await ask(alice, 'GET', `/api/v1/uploads/${String(id)}`)).status === 404
      );
    });
    assert.equal(alice.door(vault).usage().media, 0);
  });

  it('that turns out to be a broken picture is refused and leaves nothing', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const whole = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#fff' } })
      .jpeg()
      .toBuffer();
    const cut = whole.subarray(0, 300);
    const { id } = (await create(alice, { size: cut.length })).body;
    assert.equal((await append(alice, id, 0, cut)).body['code'], 'media/picture-unprocessable');
    assert.equal((await ask(alice, 'GET', `/api/v1/uploads/${String(id)}`)).status, 404);
    assert.deepEqual([filesOf(alice), alice.door(vault).usage().media], [[], 0]);
  });

  it('of an archive is imported from where it is, and then goes', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const archive = zip([
      outbox([note({ n: 1, html: '<p>from a browser</p>' })]),
      { path: 'x.bin', bytes: bytesOf(200_000) },
    ]);
    const { id } = (await create(alice, { size: archive.length, purpose: 'archive' })).body;
    const upload = String(id);
    await append(alice, id, 0, archive.subarray(0, 400));
    await assert.rejects(alice.call(startImport, { body: { upload } }), { code: 'media/upload-unfinished' });
    await append(alice, id, 400, archive.subarray(400));
    await alice.call(startImport, { body: { upload } });
    await eventually('it is done', async () => {
      const { state } = await alice.call(readImport, { params: { id: 'current' } });
      return state === 'done' && filesOf(alice).length === 0;
    });
    assert.equal((await feed(alice))[0]?.text, 'from a browser');
  });
});

describe('the plain form', () => {
  it('broken off at 99 % leaves no file (U5)', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    using folder = temporaryFolder();
    writeFileSync(`${folder.path}/x`, 'x');
    const asked = request({
      socketPath: alice.running.socketPath,
      method: 'POST',
      path: '/api/v1/media',
      headers: { 'content-type': api.uploadMedia.rawBody?.contentType ?? '', 'content-length': 1_000_000 },
    });
    asked.on('error', () => undefined);
    asked.write(bytesOf(990_000));
    const drafts = (): string[] => readdirSync(`${alice.dataDir}/blobs/tmp`);
    await eventually('it is being written', () => drafts().length === 1);
    asked.destroy();
    await eventually('nothing is left', () => drafts().length === 0 && alice.door(vault).usage().media === 0);
  });
});
