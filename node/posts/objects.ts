// Signed objects of posts: how the owner's are made, and what another node's must satisfy before it is kept.
// What is not public carries 128 random bits, so that nobody can test a guess of its content (docs/protocol.md "Objects").
import { isoTime } from '#kernel/ports.ts';
import type { MediaFile, SealedFile } from '#node/media/index.ts';
import {
  fromUtf8,
  readObject,
  signObject,
  toBase64Url,
  utf8,
  verifyObject,
  type Cid,
  type JsonObject,
  type NodeId,
  type Uri,
} from '#protocol';
import {
  postObject,
  reactionObject,
  type MediaItem,
  type PostObject,
  type ReactionObject,
  type Visibility,
} from '#protocol/messages';
import type { z } from 'zod';
import { failures, postIn } from './model.ts';
import type { PostsHost } from './ports.ts';
import type { WholeItem } from './store.ts';

const SALT_BYTES = 16;

export interface Draft {
  readonly uri: Uri;
  readonly version: number;
  readonly createdAt: number;
  readonly editedAt: number | null;
  readonly visibility: Visibility;
  readonly text: string;
  /** What stands before the text and the files, which are folded behind it. */
  readonly warning: string | null;
  readonly parent: Uri | null;
  readonly media: readonly MediaItem[];
  /** Of a post that was written elsewhere: its address there, and when it is signed here. */
  readonly brought?: { readonly origin: string; readonly at: number };
}

interface Signed {
  readonly text: string;
  readonly cid: Cid;
  readonly bytes: number;
}

/** Signs a post of the owner. @throws object/too-large */
export function signPost(host: PostsHost, draft: Draft): Signed {
  const { uri, version, createdAt, editedAt, visibility, text, warning, parent, media, brought } = draft;
  const value = {
    type: 'post',
    version,
    uri,
    visibility,
    text,
    author: host.signer().nodeId,
    created_at: isoTime(createdAt),
    ...(editedAt === null ? {} : { edited_at: isoTime(editedAt) }),
    ...(warning === null ? {} : { warning }),
    ...(parent === null ? {} : { parent }),
    ...(media.length === 0 ? {} : { media: media as unknown as JsonObject[] }),
    ...(brought === undefined ? {} : { imported_from: brought.origin }),
    ...(visibility === 'public' ? {} : { salt: toBase64Url(host.random.bytes(SALT_BYTES)) }),
  };
  return sign(host, value, brought?.at ?? editedAt ?? createdAt);
}

export function signReaction(
  host: PostsHost,
  draft: { readonly uri: Uri; readonly parent: Uri; readonly value: string; readonly createdAt: number },
): Signed {
  const { uri, parent, value, createdAt } = draft;
  const object = {
    type: 'reaction',
    uri,
    parent,
    value,
    author: host.signer().nodeId,
    created_at: isoTime(createdAt),
    salt: toBase64Url(host.random.bytes(SALT_BYTES)),
  };
  return sign(host, object, createdAt);
}

function sign(host: PostsHost, value: JsonObject, at: number): Signed {
  const { signingKey: key, verificationMethod } = host.signer();
  const { bytes, cid } = signObject(value, { key, verificationMethod, created: isoTime(at) });
  return { text: fromUtf8(bytes), cid, bytes: bytes.length };
}

/** A file as it stands in a post's object. */
export function toMediaItem(file: MediaFile): MediaItem {
  const { thumbnail, view } = file;
  return {
    ...sealedItem(file),
    ...(file.name === null ? {} : { name: file.name }),
    ...(file.alt === null ? {} : { alt: file.alt }),
    ...(file.width === null ? {} : { width: file.width }),
    ...(file.height === null ? {} : { height: file.height }),
    ...(file.color === null ? {} : { color: file.color }),
    ...(file.durationMs === null ? {} : { duration_ms: file.durationMs }),
    ...(thumbnail === null ? {} : { thumbnail: sealedItem(thumbnail) }),
    ...(view === null ? {} : { view: sealedItem(view) }),
  };
}

function sealedItem({ cid, key, size, type }: SealedFile): NonNullable<MediaItem['thumbnail']> {
  return { cid: cid as Cid, key: toBase64Url(key), size, type };
}

/**
 * Reads a post that another node gave: its form, its author, and its proof under a key of the author's own log.
 * @throws posts/object-unprocessable
 */
export async function verifyPost(
  host: PostsHost,
  text: string,
  expected: { readonly author: NodeId; readonly id: string },
): Promise<{ post: PostObject; item: WholeItem }> {
  const { value: post, cid } = await verify(host, text, postObject, expected.author);
  const key = postIn(post.uri);
  if (key?.author !== expected.author || key.id !== expected.id) throw failures.wrongObject();
  // An author's clock cannot pin a post to the top of everybody's feed.
  const createdAt = Math.min(Date.parse(post.created_at), host.clock.now());
  return {
    post,
    item: {
      ...expected,
      createdAt,
      editedAt: post.edited_at === undefined ? null : Date.parse(post.edited_at),
      visibility: post.visibility,
      version: post.version,
      cid,
      parent: post.parent ?? null,
      object: text,
      inFeed: false,
    },
  };
}

/** As `verifyPost`, for a reaction. @throws posts/object-unprocessable */
export async function verifyReaction(
  host: PostsHost,
  text: string,
  expected: { readonly uri: string; readonly author: NodeId },
): Promise<ReactionObject> {
  const { value } = await verify(host, text, reactionObject, expected.author);
  if (value.uri !== expected.uri) throw failures.wrongObject();
  return value;
}

async function verify<Value extends { author: NodeId }>(
  host: PostsHost,
  text: string,
  schema: z.ZodType<Value>,
  author: NodeId,
): Promise<{ value: Value; cid: Cid }> {
  const bytes = utf8(text);
  const read = attempt(() => readObject(bytes));
  const parsed = schema.safeParse(read.value);
  if (!parsed.success) throw failures.wrongObject(parsed.error);
  if (parsed.data.author !== author) throw failures.wrongObject();
  const key = await host.keyOf(author, read.proof.verificationMethod);
  if (key === undefined || !(await verifyObject(bytes, key))) throw failures.wrongObject();
  return { value: parsed.data, cid: read.cid };
}

function attempt<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw failures.wrongObject(error);
  }
}

/** An object that this node has verified or made itself. */
export function ownObject(text: string): PostObject {
  // Parsed and checked when it was stored: only the proof's member is not part of the post.
  const { proof: _proof, ...post } = JSON.parse(text) as PostObject & { proof: unknown };
  return post;
}
