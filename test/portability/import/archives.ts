// Archives in the shape of Mastodon's account exports (outbox.json of activities, actor.json, media_attachments/),
// written by hand: a zip and a tar can be told to hold what no honest program would put there.
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

export interface Part {
  readonly path: string;
  readonly bytes: Buffer;
  /** Unix mode in a zip, type flag in a tar. */
  readonly mode?: number;
  readonly type?: string;
  /** The size that the headers claim. */
  readonly claimed?: number;
}

export const HOME = 'https://social.example';
const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public';
export const ACTOR = `${HOME}/users/ana`;
const FOLLOWERS = `${ACTOR}/followers`;

export interface NoteOptions {
  readonly n: number;
  readonly html: string;
  readonly at?: string;
  readonly to?: 'public' | 'unlisted' | 'followers' | 'direct';
  readonly replyTo?: string;
  readonly warning?: string;
  readonly files?: readonly { readonly path: string; readonly alt?: string }[];
  readonly more?: Record<string, unknown>;
}

export const originOf = (n: number): string => `${ACTOR}/statuses/${n}`;

export function note(options: NoteOptions): object {
  const {
    n,
    html,
    at = `2019-05-0${(n % 9) + 1}T10:00:00Z`,
    to = 'public',
    replyTo,
    warning,
    files = [],
  } = options;
  const audience = {
    public: { to: [PUBLIC], cc: [FOLLOWERS] },
    unlisted: { to: [FOLLOWERS], cc: [PUBLIC] },
    followers: { to: [FOLLOWERS], cc: [] },
    direct: { to: [`${HOME}/users/bea`], cc: [] },
  }[to];
  return {
    id: `${originOf(n)}/activity`,
    type: 'Create',
    actor: ACTOR,
    published: at,
    ...audience,
    object: {
      id: originOf(n),
      type: 'Note',
      summary: warning ?? null,
      inReplyTo: replyTo ?? null,
      published: at,
      url: `${HOME}/@ana/${n}`,
      attributedTo: ACTOR,
      ...audience,
      sensitive: warning !== undefined,
      content: html,
      contentMap: { en: html },
      attachment: files.map(({ path, alt }) => ({
        type: 'Document',
        mediaType: 'image/png',
        url: path,
        name: alt ?? null,
        blurhash: 'U00000fQfQfQfQfQfQfQ',
      })),
      tag: [],
      ...options.more,
    },
  };
}

export const boost = (n: number): object => ({
  id: `${originOf(n)}/activity`,
  type: 'Announce',
  actor: ACTOR,
  published: '2019-05-01T10:00:00Z',
  to: [PUBLIC],
  object: 'https://elsewhere.example/users/carl/statuses/1',
});

export function outbox(items: readonly unknown[]): Part {
  const document = {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: 'outbox.json',
    type: 'OrderedCollection',
    totalItems: items.length,
    orderedItems: items,
  };
  return { path: 'outbox.json', bytes: Buffer.from(JSON.stringify(document)) };
}

export const actor: Part = {
  path: 'actor.json',
  bytes: Buffer.from(JSON.stringify({ id: ACTOR, type: 'Person', preferredUsername: 'ana', name: 'Ana' })),
};

/** As Mastodon before 4.3 packs. */
export function tarGz(parts: readonly Part[]): Buffer {
  return gzipSync(tar(parts));
}

export function tar(parts: readonly Part[]): Buffer {
  const blocks = parts.flatMap((part) => {
    const padding = Buffer.alloc((512 - (part.bytes.length % 512)) % 512);
    return [tarHeader(part), part.bytes, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function tarHeader({ path, bytes, type = '0', claimed = bytes.length }: Part): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0, 100, 'utf8');
  header.write('0000444\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${claimed.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  if (type === '2') header.write('/etc/passwd', 157);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** As Mastodon from 4.3 on packs. */
export function zip(parts: readonly Part[]): Buffer {
  const files: Buffer[] = [];
  const folder: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes, mode = 0o100644, claimed = bytes.length } of parts) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claimed, 18);
    common.writeUInt16LE(name.length, 22);
    files.push(Buffer.from('PK\x03\x04', 'latin1'), common, name, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    folder.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, name);
    offset += 4 + common.length + name.length + packed.length;
  }
  const central = Buffer.concat(folder);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(parts.length & 0xffff, 8);
  end.writeUInt16LE(parts.length & 0xffff, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, central, end]);
}
