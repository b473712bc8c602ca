// What the owner does: write, change, delete, answer, react. Each is one transaction: the row, the index of words, the
// event and the messages to those who may read it. Everything is signed before the transaction begins.
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Settle } from '#kernel/http/once.ts';
import { isoTime } from '#kernel/ports.ts';
import {
  formatUri,
  isMessageId,
  newMessageId,
  POST_TEXT_CHARS_MAX,
  parseUri,
  type NodeId,
  type Uri,
} from '#protocol';
import { invalid } from '#protocol/errors.ts';
import { reactionObject, type MediaItem, type PostObject, type Visibility } from '#protocol/messages';
import { OBJECT_TEXT_MAX, POST_WARNING_CHARS_MAX, REPLY_TEXT_CHARS_MAX } from '#protocol/limits.ts';
import { cleanText } from '#protocol/messages';
import { failures, postIn, postUri, VERSIONS_KEPT_MAX, type Item } from './model.ts';
import { ownObject, signPost, signReaction, toMediaItem } from './objects.ts';
import type { PostsHost } from './ports.ts';
import * as extras from './store-extras.ts';
import * as store from './store.ts';
import { audience, keep, share, withdraw, type Composed } from './own/telling.ts';
import { moveToTrash, removeNow, takeFromTrash } from './own/trash.ts';

export interface NewPost {
  readonly text: string;
  readonly warning?: string | undefined;
  readonly visibility?: Visibility | undefined;
  /** Ids of uploads. */
  readonly media?: readonly string[] | undefined;
  readonly replyTo?: string | undefined;
}
export interface PostChange {
  readonly text?: string | undefined;
  /** null takes it away. */
  readonly warning?: string | null | undefined;
  readonly visibility?: Visibility | undefined;
  readonly media?: readonly string[] | undefined;
}

export interface Made {
  id: string;
  uri: Uri;
}
export interface Changed extends Made {
  version: number;
}

export interface Posts {
  create(post: NewPost, actor: Actor, settle?: Settle<Made>): Promise<Made>;
  edit(which: string, change: PostChange, actor: Actor, settle?: Settle<Changed>): Promise<Changed>;
  /** Deletes at once, or after `undoS` seconds in which it is out of sight here and others are not told yet. */
  remove(
    which: string,
    options: { readonly undoS: number },
    actor: Actor,
    settle?: Settle<null>,
  ): Promise<void>;
  /** Takes a deletion back. @throws posts/not-found when its time is over */
  restore(which: string, actor: Actor): Promise<void>;
  react(which: string, value: string | null, actor: Actor): Promise<void>;
}

/** Finds what the owner may read, by id or URI, fetching it when it is elsewhere. @throws posts/not-found */
export type FindItem = (which: string) => Promise<Item>;

/** `wakeTrash` is called when a deletion waits. */
export function createPosts(host: PostsHost, find: FindItem, wakeTrash: () => void): Posts {
  const self = (): NodeId => host.signer().nodeId;

  const ownItem = async (which: string): Promise<Item & { object: string }> => {
    const item = await find(which);
    if (item.author !== self()) throw failures.notOwn();
    if (item.object === null) throw failures.notFound();
    return { ...item, object: item.object };
  };

  return {
    async create({ text, warning, visibility = 'friends', media = [], replyTo }, actor, settle) {
      const parent = replyTo === undefined ? null : await find(replyTo);
      const clean = cleanText(text, parent === null ? POST_TEXT_CHARS_MAX : REPLY_TEXT_CHARS_MAX);
      const said = cleanWarning(warning);
      const id = newMessageId(host.clock.now(), host.random.bytes(10));
      const uri = postUri(self(), id);
      const files = await host.media.describe(media, uri);
      if (clean === '' && files.length === 0) throw failures.empty();
      const item = compose(host, {
        id,
        uri,
        version: 1,
        createdAt: host.clock.now(),
        editedAt: null,
        text: clean,
        warning: said,
        visibility: parent === null ? visibility : parent.visibility,
        parent: parent === null ? null : postUri(parent.author, parent.id),
        media: files.map(toMediaItem),
      });
      await host.db.write(async (tx) => {
        await keep(host, tx, item, { text: clean, warning: said });
        await host.media.attach(tx, media, uri);
        await host.events.append(tx, [
          {
            type: 'posts.created',
            subject: uri,
            actor: actorToString(actor),
            new: { visibility: item.visibility, version: 1, parent: item.parent },
          },
        ]);
        await share(host, tx, item, await audience(host, tx, item));
        await settle?.(tx, { id, uri });
      });
      return { id, uri };
    },

    async edit(which, change, actor, settle) {
      const before = await ownItem(which);
      const old = ownObject(before.object);
      const uri = postUri(before.author, before.id);
      const text = change.text === undefined ? old.text : cleanText(change.text, POST_TEXT_CHARS_MAX);
      const media: readonly MediaItem[] =
        change.media === undefined
          ? (old.media ?? [])
          : (await host.media.describe(change.media, uri)).map(toMediaItem);
      if (text === '' && media.length === 0) throw failures.empty();
      const warning = cleanWarning(change.warning === undefined ? old.warning : change.warning);
      const item = compose(host, {
        id: before.id,
        uri,
        version: before.version + 1,
        createdAt: before.createdAt,
        text,
        warning,
        media,
        editedAt: host.clock.now(),
        visibility: before.parent === null ? (change.visibility ?? before.visibility) : before.visibility,
        parent: before.parent,
      });
      const changed = { id: before.id, uri, version: item.version };
      await host.db.write(async (tx) => {
        const now = await store.findItem(tx, before);
        if (now === undefined || now.version !== before.version || now.state === 'deleted') {
          throw failures.notFound();
        }
        await extras.putVersion(tx, uri, oldVersion(before, old), VERSIONS_KEPT_MAX);
        await keep(host, tx, item, { text, warning });
        if (change.media !== undefined) {
          await host.media.release(tx, uri, change.media);
          await host.media.attach(tx, change.media, uri);
        }
        await host.events.append(tx, [
          {
            type: 'posts.edited',
            subject: uri,
            actor: actorToString(actor),
            old: { visibility: before.visibility, version: before.version },
            new: { visibility: item.visibility, version: item.version },
          },
        ]);
        const readers = await audience(host, tx, item);
        const gone = (await audience(host, tx, before)).filter((nodeId) => !readers.includes(nodeId));
        await share(host, tx, item, readers);
        await withdraw(host, tx, { uri, version: before.version }, gone);
        await settle?.(tx, changed);
      });
      return changed;
    },

    async remove(which, { undoS }, actor, settle) {
      const item = await find(which);
      const hosted = item.parent !== null && parseUri(item.parent).nodeId === self();
      if (item.author !== self() && !hosted) throw failures.notOwn();
      await host.db.write(async (tx) => {
        if (undoS === 0) await removeNow(host, tx, item, actor);
        else await moveToTrash(host, tx, item, { undoS, actor });
        await settle?.(tx, null);
      });
      if (undoS > 0) wakeTrash();
    },

    async restore(which, actor) {
      const key = isMessageId(which) ? { author: self(), id: which } : postIn(which);
      if (key === undefined) throw failures.notFound();
      await host.db.write((tx) => takeFromTrash(host, tx, key, actor));
    },

    async react(which, value, actor) {
      const target = await find(which);
      const parent = postUri(target.author, target.id);
      const event = { subject: parent, actor: actorToString(actor) };
      if (value === null) {
        const reaction = await extras.findReaction(host.db.read, parent, self());
        if (reaction === undefined) return;
        const uri = formatUri({ nodeId: self(), kind: 'reaction', id: reaction.id });
        await host.db.write(async (tx) => {
          await extras.removeReaction(tx, reaction);
          await host.events.append(tx, [{ type: 'posts.unreacted', ...event }]);
          if (target.author !== self()) await withdraw(host, tx, { uri, version: 1 }, [target.author]);
        });
        return;
      }
      const createdAt = host.clock.now();
      const id = newMessageId(createdAt, host.random.bytes(10));
      const uri = formatUri({ nodeId: self(), kind: 'reaction', id });
      if (!reactionObject.shape.value.safeParse(value).success) {
        throw invalid('posts/reaction-unprocessable', {
          en: 'A reaction is one emoji. Nothing was stored.',
          fr: "Une réaction est un émoji. Rien n'a été enregistré.",
        });
      }
      const { text } = signReaction(host, { uri, parent, value, createdAt });
      await host.db.write(async (tx) => {
        await extras.putReaction(tx, {
          author: self(),
          id,
          parent,
          value,
          createdAt,
          verified: true,
          object: text,
        });
        await host.events.append(tx, [{ type: 'posts.reacted', ...event, new: { value } }]);
        if (target.author === self()) return;
        await host.mail.send(tx, {
          to: target.author,
          type: 'post_reaction',
          item: parent,
          payload: { created_at: isoTime(createdAt), uri, parent, object: text },
        });
      });
    },
  };
}

function compose(host: PostsHost, draft: Parameters<typeof signPost>[1] & { readonly id: string }): Composed {
  const { text, cid, bytes } = signPost(host, draft);
  if (draft.parent !== null && text.length > OBJECT_TEXT_MAX) {
    throw invalid('text/too-long-unprocessable', {
      en: 'This answer is too long for one message. Nothing was stored; shorten it.',
      fr: "Cette réponse est trop longue pour un message. Rien n'a été enregistré ; raccourcissez-la.",
    });
  }
  const { id, uri, version, createdAt, editedAt, visibility, parent, media } = draft;
  return {
    id,
    uri,
    version,
    createdAt,
    editedAt,
    visibility,
    parent,
    cid,
    bytes,
    author: host.signer().nodeId,
    object: text,
    inFeed: true,
    mediaCount: media.length,
  };
}

/** A warning as it is signed: one line, or none. */
function cleanWarning(warning: string | null | undefined): string | null {
  const line = cleanText((warning ?? '').replaceAll(/\s+/g, ' '), POST_WARNING_CHARS_MAX);
  return line === '' ? null : line;
}

function oldVersion(item: Item, { text, warning, media }: PostObject): extras.OldVersion {
  const { version, visibility, editedAt, createdAt } = item;
  return {
    version,
    text,
    visibility,
    warning: warning ?? null,
    media: media?.length ?? 0,
    at: editedAt ?? createdAt,
  };
}
