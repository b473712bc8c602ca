// L5 for every text that another node fills: what lies about its direction, stacks accents, or is endless is refused
// or cleaned, and no table of the node holds it as it came.
import { tables } from '#kernel/db/database.ts';
import { makeNode, type TestNode } from '#kit';
import { federation } from '#node/federation/index.ts';
import { cleanFileName } from '#node/media/model.ts';
import { FILE_NAME_CHARS_MAX, COMBINING_MARKS_MAX } from '#protocol/limits.ts';
import { formatTimestamp, type JsonObject, type NodeId } from '#protocol';
import {
  directMessageContent,
  isCleanText,
  mediaItem,
  postObject,
  type MessageType,
} from '#protocol/messages';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import { makeSigner, overHttp, type Peer } from '../federation/rig.ts';

const MARKS = '\u0300'.repeat(100_000);
const hostile: Readonly<Record<string, string>> = {
  override: 'gnp.\u202egnorw',
  embedding: 'wr\u202bong',
  marks: `wrong${MARKS.slice(0, 60)}`,
  'very many marks': `wrong${MARKS}`,
  controls: 'wr\u001b[2Jong',
  endless: 'wrong '.repeat(10_000),
};
const created_at = formatTimestamp(Date.now());

/** Every message that carries a text, with the text in it. */
const carriers: Readonly<Record<string, (text: string) => { type: MessageType; payload: JsonObject }>> = {
  'a note': (note) => ({
    type: 'friend_request',
    payload: { created_at, note, profile: { display_name: 'Mallory' } },
  }),
  'the name of who asks': (display_name) => ({
    type: 'friend_request',
    payload: { created_at, profile: { display_name } },
  }),
  'a changed name': (display_name) => ({
    type: 'activity_update',
    payload: { created_at, kind: 'profile', display_name },
  }),
  'a biography': (bio) => ({
    type: 'activity_update',
    payload: { created_at, kind: 'profile', display_name: 'Mallory', bio },
  }),
};

/** Whether any column of any table holds the bytes of a text. */
async function isStored(node: TestNode, text: string): Promise<boolean> {
  const read = tables(node.host.db.read);
  const { rows } = await sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`.execute(
    read,
  );
  assert.ok(rows.length > 20, 'these are the tables of a whole node');
  const bytes = Buffer.from(text.slice(0, 64));
  for (const { name } of rows) {
    const found = await sql<Record<string, unknown>>`SELECT * FROM ${sql.ref(name)}`.execute(read);
    for (const row of found.rows) {
      for (const value of Object.values(row)) {
        if (typeof value === 'string' && value.includes(text.slice(0, 64))) return true;
        if (value instanceof Uint8Array && Buffer.from(value).includes(bytes)) return true;
      }
    }
  }
  return false;
}

describe('a text that another node sends', () => {
  it('is refused in every field when it lies about itself, and stored nowhere (L5)', async () => {
    await using node = await makeNode({ name: 'alice' });
    const mallory = await makeSigner();
    await overHttp.introduce(node as unknown as Peer, mallory);
    let n = 0;
    for (const [field, carrier] of Object.entries(carriers)) {
      for (const [kind, text] of Object.entries(hostile)) {
        await node.host.db.write((tx) => node.door(federation).setStanding(tx, mallory.nodeId, 'contact'));
        let envelope: Uint8Array;
        try {
          envelope = mallory.envelope(node.nodeId as NodeId, (n += 1), carrier(text));
        } catch {
          envelope = Buffer.alloc(100_000, 'x'); // No envelope has room for it; as bytes it is too large too.
          n -= 1;
        }
        const { status } = await overHttp.inbox(node as unknown as Peer, envelope);
        assert.ok([413, 422].includes(status), `${field}, ${kind}: ${status}`);
        assert.equal(await isStored(node, text), false, `${field}, ${kind}`);
        if (status === 413) n -= envelope.length === 100_000 ? 0 : 1;
      }
    }
    const sane = carriers['a note']?.('Grüße, שלום \u2067x\u2069');
    const { status } = await overHttp.inbox(
      node as unknown as Peer,
      mallory.envelope(node.nodeId as NodeId, n + 1, sane),
    );
    assert.equal(status, 200);
    assert.equal(await isStored(node, 'Grüße, שלום'), true);
  });

  it('is in no signed object and in no sealed message', () => {
    const cid = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';
    const author = `Qm${'a'.repeat(44)}`;
    const file = { cid, key: 'A'.repeat(43), size: 1, type: 'image/png' };
    const post = {
      type: 'post',
      version: 1,
      uri: `orf://${author}/post/01890000-0000-7000-8000-000000000000`,
      author,
      created_at,
      visibility: 'public',
    };
    const message = { version: 1, created_at };
    const shapes: Readonly<Record<string, (text: string) => boolean>> = {
      'a post': (text) => postObject.safeParse({ ...post, text }).success,
      'a warning': (warning) => postObject.safeParse({ ...post, text: 'x', warning }).success,
      'the name of a picture': (name) => mediaItem.safeParse({ ...file, name }).success,
      'the description of a picture': (alt) => mediaItem.safeParse({ ...file, alt }).success,
      'a message': (text) => directMessageContent.safeParse({ ...message, text }).success,
      'the name of an attachment': (name) =>
        directMessageContent.safeParse({ ...message, text: 'x', attachments: [{ ...file, name }] }).success,
    };
    for (const [field, takes] of Object.entries(shapes)) {
      assert.ok(takes('sane'), field);
      for (const [kind, text] of Object.entries(hostile)) {
        // A long post is a post; what is endless for all others has its own bound there.
        const tried = field === 'a post' && kind === 'endless' ? text.repeat(2) : text;
        assert.equal(takes(tried), false, `${field}, ${kind}`);
      }
    }
  });

  it('is cleaned when it names a file of the owner, so that others take it', () => {
    for (const [kind, text] of Object.entries(hostile)) {
      const name = cleanFileName(`${text}.png`);
      assert.ok(name !== null && isCleanText(name, FILE_NAME_CHARS_MAX), kind);
    }
    assert.equal(cleanFileName(`e${MARKS}.png`)?.normalize('NFD').length, 1 + COMBINING_MARKS_MAX + 4);
    assert.equal(cleanFileName('Ελλάδα ﷺ ảnh.jpg'), 'Ελλάδα ﷺ ảnh.jpg');
  });
});
