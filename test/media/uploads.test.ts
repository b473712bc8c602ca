// Uploads: what is kept of a file, how it is served, and what is refused.
import { eventually, makeNode, temporaryFolder, type TestNode } from '#kit';
import { readMedia, uploadMedia } from '#node/media/api.ts';
import * as posts from '#node/posts/api.ts';
import { vault } from '#node/vault/index.ts';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { friends, reads, write } from '../posts/friends-rig.ts';

async function upload(node: TestNode, bytes: Uint8Array, name: string) {
  using folder = temporaryFolder();
  const file = `${folder.path}/upload`;
  writeFileSync(file, bytes);
  return await node.upload(uploadMedia, file, { name });
}

/** A GET over the owner's socket, with its headers and bytes. */
function get(node: TestNode, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      request({ socketPath: node.running.socketPath, path, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
        answer.on('error', reject);
      })
        .on('error', reject)
        .end();
    },
  );
}

async function photo(): Promise<Buffer> {
  return sharp({ create: { width: 900, height: 600, channels: 3, background: '#aa3311' } })
    .withExif({
      IFD0: { Artist: 'Alice Secret' },
      IFD3: { GPSLatitude: '45/1 45/1 0/1', GPSLatitudeRef: 'N' },
    })
    .jpeg()
    .toBuffer();
}

describe('media', () => {
  it('are pictures drawn anew, without EXIF and GPS, and reach a friend sealed', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const original = await photo();
    assert.equal(original.includes('Alice Secret'), true);
    const uploaded = await upload(alice, original, 'C:\\fakepath\\..\\garden.jpg');
    assert.deepEqual(
      [uploaded.type, uploaded.name, uploaded.width, uploaded.height],
      ['image/jpeg', 'garden.jpg', 900, 600],
    );
    const { uri } = await write(alice, 'the garden', { media: [uploaded.id] });
    const read = await reads(bob, 'the garden');
    assert.deepEqual(
      read.media.map(({ type, name }) => [type, name]),
      [['image/jpeg', 'garden.jpg']],
    );
    const path = `/api/v1/posts/${encodeURIComponent(uri)}/media/0`;
    const picture = await get(bob, path);
    assert.equal(picture.status, 200, picture.body.toString());
    assert.equal(picture.body.includes('Alice Secret'), false);
    const { exif, width } = await sharp(picture.body).metadata();
    assert.deepEqual([exif, width], [undefined, 900]);
    assert.equal(picture.headers['content-type'], 'image/jpeg');
    const small = await get(bob, `${path}?size=thumbnail`);
    assert.equal((await sharp(small.body).metadata()).width, 320);
    assert.equal((await get(bob, `/api/v1/posts/${encodeURIComponent(uri)}/media/1`)).status, 404);
  });

  it('come in three sizes with their colour, the right way up, and large ones have a view', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const turned = await sharp({ create: { width: 2000, height: 1000, channels: 3, background: '#aa3311' } })
      .withExif({ IFD0: { Orientation: '6' }, IFD3: { GPSLatitude: '45/1 45/1 0/1', GPSLatitudeRef: 'N' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { id } = await upload(alice, turned, 'turned.jpg');
    const { uri } = await write(alice, 'upright', { media: [id] });
    const [file] = (await reads(bob, 'upright')).media;
    assert.deepEqual([file?.width, file?.height, file?.thumbnail, file?.view], [1000, 2000, true, true]);
    assert.match(file?.color ?? '', /^#a[9ab]3[234]1[012]$/);
    const path = `/api/v1/posts/${encodeURIComponent(uri)}/media/0`;
    for (const [size, height] of [
      ['thumbnail', 320],
      ['view', 1280],
      ['full', 2000],
    ] as const) {
      const shown = await get(bob, `${path}?size=${size}`);
      const { exif, orientation, ...found } = await sharp(shown.body).metadata();
      assert.deepEqual([found.height, exif, orientation], [height, undefined, undefined], size);
    }
    assert.equal((await sharp((await get(alice, `/api/v1/media/${id}/view`)).body).metadata()).height, 1280);
    await alice.call(posts.deletePost, { params: { id: uri.slice(-36) } });
    await eventually('all sizes are gone', () => alice.door(vault).usage().media === 0);
  });

  it('of voices are sound, with the length that was said, and films are files', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    // EBML with the type webm, then a track entry: number, and type sound (2) or film (1).
    const webm = (track: number): Buffer =>
      Buffer.concat([
        Buffer.from(
          '1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff',
          'hex',
        ),
        Buffer.from([0x16, 0x54, 0xae, 0x6b, 0x88, 0xae, 0x86, 0xd7, 0x81, 0x01, 0x83, 0x81, track]),
        Buffer.alloc(200),
      ]);
    using folder = temporaryFolder();
    const voice = `${folder.path}/voice`;
    writeFileSync(voice, webm(2));
    const sound = await alice.upload(uploadMedia, voice, { name: 'voice.webm', duration_ms: '4200' });
    assert.deepEqual([sound.type, sound.duration_ms], ['audio/webm', 4200]);
    await assert.rejects(alice.upload(uploadMedia, voice, { duration_ms: '100000000' }), {
      code: 'http/unprocessable',
    });
    const film = await upload(alice, webm(1), 'film.webm');
    assert.deepEqual([film.type, film.duration_ms], ['video/webm', null]);
    await write(alice, 'listen', { media: [sound.id, film.id] });
    const read = await reads(bob, 'listen');
    assert.deepEqual(
      read.media.map(({ type, duration_ms }) => [type, duration_ms]),
      [
        ['audio/webm', 4200],
        ['video/webm', null],
      ],
    );
    const { headers } = await get(bob, `/api/v1/posts/${encodeURIComponent(read.uri)}/media/0`);
    assert.deepEqual([headers['content-type'], headers['x-content-type-options']], ['audio/webm', 'nosniff']);
  });

  it('that a browser could run are downloads, sandboxed and never sniffed (U3)', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const evil = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const svg = await upload(alice, evil, 'x.svg"\r\nSet-Cookie: a=b');
    const html = await upload(
      alice,
      Buffer.from('<!doctype html><script>alert(1)</script>'),
      '../../page.html',
    );
    assert.equal(html.name, 'page.html');
    for (const { id } of [svg, html]) {
      const { headers, status } = await get(alice, `/api/v1/media/${id}`);
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'application/octet-stream');
      assert.match(String(headers['content-disposition']), /^attachment; /);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(String(headers['content-security-policy']), /sandbox/);
      assert.equal(headers['set-cookie'], undefined);
    }
  });

  it('give one range, and refuse a thousand (U6)', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const { id } = await upload(alice, Buffer.from('0123456789'), 'digits.bin');
    const some = await get(alice, `/api/v1/media/${id}`, { range: 'bytes=2-4' });
    assert.deepEqual(
      [some.status, some.body.toString(), some.headers['content-range']],
      [206, '234', 'bytes 2-4/10'],
    );
    assert.equal((await get(alice, `/api/v1/media/${id}`, { range: 'bytes=-3' })).body.toString(), '789');
    const many = Array.from({ length: 1000 }, (_, i) => `${i % 9}-${i % 9}`).join(',');
    assert.equal((await get(alice, `/api/v1/media/${id}`, { range: `bytes=${many}` })).status, 416);
    assert.equal((await get(alice, `/api/v1/media/${id}`, { range: 'bytes=10-' })).status, 416);
  });

  it('are refused when empty, broken, too large or over the quota, and leave nothing (U5)', async () => {
    await using alice = await makeNode({
      name: 'alice-1',
      settings: { vault: { quota_bytes: 1_048_576 } },
    });
    await assert.rejects(upload(alice, new Uint8Array(0), 'empty'), { code: 'media/empty-unprocessable' });
    const broken = (await photo()).subarray(0, 2_000);
    await assert.rejects(upload(alice, broken, 'broken.jpg'), { code: 'media/picture-unprocessable' });
    await assert.rejects(upload(alice, new Uint8Array(2_000_000), 'big.bin'), { code: 'vault/quota' });
    await assert.rejects(upload(alice, new Uint8Array(51 * 1024 * 1024), 'huge.bin'), {
      code: 'vault/too-large',
    });
    await eventually('nothing is kept', () => alice.door(vault).usage().media === 0);
    await assert.rejects(
      alice.call(posts.createPost, { body: { text: 'x', media: ['01890000-0000-7000-8000-000000000000'] } }),
      { code: 'media/not-found' },
    );
  });

  it('belong to one post, and go with it', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const { id } = await upload(alice, Buffer.from('words'), 'words.bin');
    const post = await write(alice, 'with a file', { media: [id] });
    await assert.rejects(write(alice, 'the same file', { media: [id] }), { code: 'media/not-found' });
    await alice.call(posts.editPost, { params: { id: post.id }, body: { text: 'edited' } });
    assert.equal((await get(alice, `/api/v1/posts/${post.id}/media/0`)).body.toString(), 'words');
    await alice.call(posts.deletePost, { params: { id: post.id } });
    await assert.rejects(alice.call(readMedia, { params: { id } }), { code: 'media/not-found' });
    await eventually('its bytes are gone', () => alice.door(vault).usage().media === 0);
  });
});
