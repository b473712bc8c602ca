// What others gave is judged before it is kept: each object by its own author's proof, whoever brought it. What does not
// hold is refused or passed over, and changes nothing.
import { AppError, isMessageId, isUri, parseUri, type Uri } from '#protocol';
import { FETCH_BATCH_MAX, postIn, type Item } from '../model.ts';
import { verifyPost, verifyReaction } from '../objects.ts';
import { keep } from '../own/telling.ts';
import type { PostsHost } from '../ports.ts';
import * as extras from '../store-extras.ts';
import * as store from '../store.ts';

/** What the host of a thread says that others answered. */
export interface Answered {
  readonly replies: readonly string[];
  readonly reactions: readonly string[];
}

export interface Judging {
  /** Keeps an object that was given for `item`. @throws posts/old-version, or why it does not hold */
  keepItem(item: Item, text: string): Promise<void>;
  /** Keeps a post that was asked for by its URI, unless it is here already. @throws why it does not hold */
  keepWhole(key: Pick<Item, 'author' | 'id'>, text: string): Promise<void>;
  /** Keeps the answers to `parent` that hold. */
  keepThread(parent: Uri, answer: Answered): Promise<void>;
  /** One bounded step over the reactions that came with their messages; those that do not hold are dropped. */
  verifyReactions(): Promise<void>;
}

export function createJudging(host: PostsHost): Judging {
  const { db, clock } = host;

  const keepItem = async (item: Item, text: string): Promise<void> => {
    const { item: whole, post } = await verifyPost(host, text, item);
    if (whole.version < item.version && item.offered === null) throw tooOld();
    const inFeed = item.offered !== null && item.offered === text;
    await db.write(async (tx) => {
      // An announcement that was forgotten meanwhile is not made again by its content.
      if ((await store.findItem(tx, item)) === undefined) return;
      if (!(await keep(host, tx, { ...whole, createdAt: item.createdAt, inFeed }, post))) return;
      await host.events.append(tx, [
        {
          type: 'posts.received',
          subject: post.uri,
          actor: `node:${item.author}`,
          new: { version: whole.version, parent: whole.parent },
        },
      ]);
    });
  };

  const keepWhole = async (key: Pick<Item, 'author' | 'id'>, text: string): Promise<void> => {
    const known = await store.findItem(db.read, key);
    if (known?.object === text) return;
    const { item, post } = await verifyPost(host, text, key);
    await db.write((tx) => keep(host, tx, item, post));
  };

  const keepReply = async (parent: Uri, text: string): Promise<void> => {
    const uri = uriOf(text);
    const key = uri && postIn(uri);
    if (key === undefined) return;
    const known = await store.findItem(db.read, key);
    if (known?.object === text || known?.state === 'deleted') return;
    const verified = await attempt(() => verifyPost(host, text, key));
    if (verified?.item.parent !== parent) return;
    await db.write((tx) => keep(host, tx, verified.item, verified.post));
  };

  const keepReaction = async (parent: Uri, text: string): Promise<void> => {
    const uri = uriOf(text);
    if (uri === undefined) return;
    const { nodeId: author, kind, id } = parseUri(uri);
    if (kind !== 'reaction' || !isMessageId(id)) return;
    const verified = await attempt(() => verifyReaction(host, text, { uri, author }));
    if (verified?.parent !== parent) return;
    const { value } = verified;
    const createdAt = Math.min(Date.parse(verified.created_at), clock.now());
    await db.write((tx) =>
      extras.putReaction(tx, { author, id, parent, value, createdAt, verified: true, object: text }),
    );
  };

  const verifyReactions = async (): Promise<void> => {
    for (const reaction of await extras.unverifiedReactions(db.read, FETCH_BATCH_MAX)) {
      const uri = `orf://${reaction.author}/reaction/${reaction.id}`;
      try {
        const object = await verifyReaction(host, reaction.object, { uri, author: reaction.author });
        if (object.parent !== reaction.parent) throw tooOld();
        await db.write(async (tx) => {
          await extras.putReaction(tx, { ...reaction, value: object.value, verified: true });
          await host.events.append(tx, [
            {
              type: 'posts.reaction-received',
              subject: reaction.parent,
              actor: `node:${reaction.author}`,
              new: { value: object.value },
            },
          ]);
        });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        host.log.debug({ err: error, uri }, 'a reaction does not hold and was dropped');
        await db.write(async (tx) => void (await extras.removeReaction(tx, reaction)));
      }
    }
  };

  return {
    keepItem,
    keepWhole,
    async keepThread(parent, { replies, reactions }) {
      for (const text of replies) await keepReply(parent, text);
      for (const text of reactions) await keepReaction(parent, text);
    },
    verifyReactions,
  };
}

/** The URI that an object gives itself, if it has one: the other node's nonsense is passed over. */
function uriOf(text: string): Uri | undefined {
  try {
    const { uri } = JSON.parse(text) as { uri?: unknown };
    return typeof uri === 'string' && isUri(uri) ? uri : undefined;
  } catch {
    return undefined; // Not JSON, or null.
  }
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function tooOld(): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'posts/old-version',
    safe: 'The author’s node gave an older version than it announced.',
  });
}
