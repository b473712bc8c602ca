// Where a film was made is taken out of it, and nothing else changes (docs/security.md U8).
import { mayTellPlaces, withoutPlaces } from '#node/media/film-metadata.ts';
import { readMedia, uploadMedia } from '#node/media/api.ts';
import { claimNode, makeNode } from '#kit';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const PLACE = '+48.8577+002.2950+035/';

function box(type: string, ...content: readonly (Buffer | string)[]): Buffer {
  const inside = Buffer.concat(content.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + inside.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, inside]);
}
/** With its length in 64 bits, as cameras write large films. */
function longBox(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(1);
  head.write(type, 4, 'latin1');
  head.writeBigUInt64BE(BigInt(16 + content.length), 8);
  return Buffer.concat([head, content]);
}

const picture = Buffer.from('frame udta meta '.repeat(300));
const track = (metadata: Buffer): Buffer =>
  box('trak', box('tkhd', 'track'), box('mdia', box('hdlr', 'vide'), metadata), metadata);
/** As an iPhone and an Android phone write it, all in one. */
function film(metadata: (...content: Buffer[]) => Buffer[]): Buffer {
  const [user = Buffer.alloc(0)] = metadata(box('udta', box('\u00a9xyz', PLACE)));
  const [items = Buffer.alloc(0)] = metadata(
    box('meta', box('keys', 'com.apple.quicktime.location.ISO6709'), box('ilst', PLACE)),
  );
  const [xmp = Buffer.alloc(0)] = metadata(box('uuid', `<exif:GPSLatitude>${PLACE}</exif:GPSLatitude>`));
  return Buffer.concat([
    box('ftyp', 'isom\u0000\u0000\u0002\u0000isommp42'),
    longBox('mdat', picture),
    xmp,
    box('moov', box('mvhd', 'movie'), track(items), user, items),
    box('free', 'room'),
  ]);
}
const filmed = film((...content) => content);
/** Free space of the same length. */
const cleaned = film((...content) =>
  content.map((one) => {
    const room = Buffer.alloc(one.length);
    one.copy(room, 0, 0, 4);
    room.write('free', 4, 'latin1');
    return room;
  }),
);

async function clean(bytes: Buffer, chunkBytes: number): Promise<Buffer> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const cleanedChunks: Uint8Array[] = [];
  for await (const chunk of withoutPlaces(chunks())) cleanedChunks.push(chunk);
  return Buffer.concat(cleanedChunks);
}

describe('a film', () => {
  it('loses its place, in whatever pieces it comes, and keeps every other byte where it was', async () => {
    assert.equal(filmed.toString('latin1').split(PLACE).length, 6);
    for (const chunkBytes of [1, 7, 64, filmed.length]) {
      assert.deepEqual(await clean(filmed, chunkBytes), cleaned, `in pieces of ${chunkBytes}`);
    }
  });

  it('that is broken or cut short passes as it came, without end or error', async () => {
    const broken = [
      Buffer.alloc(0),
      filmed.subarray(0, 5),
      filmed.subarray(0, filmed.length - 3),
      Buffer.concat([box('moov', Buffer.from([0, 0, 0, 3]), 'trak'), picture]),
      Buffer.concat([box('moov', Buffer.from([255, 0, 0, 0]), 'trak'), picture]),
      box('moov', Buffer.from([0, 0, 0, 1]), 'trak', Buffer.alloc(8)),
    ];
    for (const bytes of broken) assert.equal((await clean(bytes, 5)).length, bytes.length);
  });

  it('is cleaned on its way into the node, before anybody is given it', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const answer = await owner.fetch(`${uploadMedia.path}?name=tower.mp4`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Uint8Array.from(filmed),
    });
    const { id, type, size } = (await answer.json()) as { id: string; type: string; size: number };
    assert.deepEqual([type, size], ['video/mp4', filmed.length]);
    const kept = await owner.fetch(readMedia.path.replace(':id', id));
    assert.deepEqual(Buffer.from(await kept.arrayBuffer()), cleaned);
  });

  it('of another kind is left alone', () => {
    assert.ok(
      mayTellPlaces('video/quicktime') &&
        mayTellPlaces('audio/x-m4a') &&
        mayTellPlaces('video/mp4; codecs=a'),
    );
    assert.ok(!mayTellPlaces('video/webm') && !mayTellPlaces('image/heif-sequence'));
  });
});
