// Brings content here: what was announced is asked of its author's node, verified, kept and indexed. Also judges the
// answers that came with their messages. A node that cannot be reached is asked again later and delays nobody else.
import type { Tx } from '#kernel/db/database.ts';
import { isSilence } from '#node/federation/index.ts';
import { AppError, isUri, type Json, type NodeId, type Uri } from '#protocol';
import { parsePayload, type Payload } from '#protocol/messages';
import { isoTime } from '#kernel/ports.ts';
import { z } from 'zod';
import {
  ABSENT_ASKED_MAX,
  BACKFILL_MAX,
  FETCH_ATTEMPTS_MAX,
  FETCH_BATCH_MAX,
  FETCH_MS_MAX,
  FETCHES_MAX,
  fetchRetryMs,
  ownIdIn,
  postIn,
  postUri,
  THREAD_REACTIONS_MAX,
  THREAD_REPLIES_MAX,
  type Item,
} from '../model.ts';
import { verifyPost, verifyReaction } from '../objects.ts';
import type { PostsHost } from '../ports.ts';
import { keep } from '../own/telling.ts';
import type { AbsentAuthors } from './absent-authors.ts';
import * as extras from '../store-extras.ts';
import * as store from '../store.ts';

const contentAnswer = z.object({
  object: z.string(),
  replies: z.array(z.string()).max(THREAD_REPLIES_MAX).default([]),
  reactions: z.array(z.string()).max(THREAD_REACTIONS_MAX).default([]),
});
const syncAnswer = z.object({ items: z.array(z.unknown()).max(BACKFILL_MAX) });

type AuthorQuestion =
  | [type: 'content_get', payload: Payload<'content_get'>, options: { timeoutMs: number }]
  | [type: 'content_sync', payload: Payload<'content_sync'>];

export interface Fetching {
  /** One bounded run over what is due; returns the pause until the next, null when nothing waits. */
  run(): Promise<number | null>;
  /** Fetches these now, side by side, for at most `waitMs`. */
  fetchNow(items: readonly Item[], waitMs: number): Promise<void>;
  /** Asks the author for a post by its URI, with its thread. @throws posts/not-found, or why it cannot be had now */
  fetchWhole(uri: Uri): Promise<void>;
  /** Asks somebody for the list of their recent posts, and lets their content be fetched at once. */
  backfill(nodeId: NodeId): Promise<void>;
}

export function createFetching(host: PostsHost, authors: AbsentAuthors, wake: () => void): Fetching {
  const { db, clock } = host;

  /** Notes whether the author's node is there. @throws what `ask` throws */
  const askAuthor = async (author: NodeId, ...[type, payload, options]: AuthorQuestion): Promise<Json> => {
    try {
      const answer = await host.mail.ask(author, type, payload, options);
      authors.found(author);
      return answer;
    } catch (error) {
      if (isSilence(error)) authors.miss(author);
      else if (isBusy(error)) authors.postpone(author, (error.retryAfterS ?? 1) * 1_000);
      else authors.found(author);
      throw error;
    }
  };

  /** Keeps an object that was given for `item`; what does not hold is refused. */
  const accept = async (item: Item, text: string): Promise<void> => {
    const { item: whole, post } = await verifyPost(host, text, item);
    if (whole.version < item.version && item.offered === null) throw tooOld();
    const inFeed = item.offered !== null && item.offered === text;
    await db.write(async (tx) => {
      const now = await store.findItem(tx, item);
      if (now === undefined || now.state === 'deleted' || whole.version < now.held) return;
      await keep(host, tx, { ...whole, createdAt: item.createdAt, inFeed }, post);
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

  const ask = async (author: NodeId, uri: Uri): Promise<z.infer<typeof contentAnswer>> => {
    const answer = await askAuthor(author, 'content_get', { uri }, { timeoutMs: FETCH_MS_MAX });
    return contentAnswer.parse(answer);
  };

  const fetchItem = async (item: Item): Promise<void> => {
    let text = item.offered;
    try {
      text ??= (await ask(item.author, postUri(item.author, item.id))).object;
    } catch (error) {
      // Stays due: it is asked for when the pause of its author ends.
      if (!isSilence(error) && !isBusy(error)) await failed(item, error);
      return;
    }
    try {
      await accept(item, text);
    } catch (error) {
      await failed(item, error);
    }
  };

  const failed = async (item: Item, error: unknown): Promise<void> => {
    const code = error instanceof AppError ? error.code : 'posts/bad-answer';
    host.log.debug({ err: error, code, author: item.author, id: item.id }, 'content was not fetched');
    const known = error instanceof AppError ? error.category : 'invalid';
    await db.write(async (tx) => {
      if (item.offered !== null) await store.dropOffered(tx, item.n);
      else if (known === 'not-found' || known === 'forbidden') await refuse(tx, item);
      else {
        const again = item.attempts < FETCH_ATTEMPTS_MAX;
        const due = clock.now() + fetchRetryMs(item.attempts, host.random.unit());
        await store.postpone(tx, [{ n: item.n, due_at: again ? due : null }]);
      }
    });
  };

  const refuse = async (tx: Tx, item: Item): Promise<void> => {
    await store.markRefused(tx, item.n);
    await host.search.remove(tx, [{ kind: 'post', ref: postUri(item.author, item.id) }]);
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

  /** Keeps what the thread's host says that others answered; each with its own author's proof. */
  const keepThread = async (
    parent: Uri,
    answer: { readonly replies: readonly string[]; readonly reactions: readonly string[] },
  ): Promise<void> => {
    for (const text of answer.replies) {
      const key = postIn(uriOf(text));
      if (key === undefined) continue;
      const known = await store.findItem(db.read, key);
      if (known?.object === text || known?.state === 'deleted') continue;
      const verified = await attempt(() => verifyPost(host, text, key));
      if (verified?.item.parent !== parent) continue;
      await db.write((tx) => keep(host, tx, verified.item, verified.post));
    }
    for (const text of answer.reactions) {
      const uri = uriOf(text);
      const author = isUri(uri) ? (uri.slice(6, 52) as NodeId) : undefined;
      const verified = author && (await attempt(() => verifyReaction(host, text, { uri, author })));
      if (!verified || verified.parent !== parent) continue;
      const id = ownIdIn(uri, verified.author, 'reaction');
      const createdAt = Math.min(Date.parse(verified.created_at), clock.now());
      await db.write((tx) =>
        extras.putReaction(tx, {
          author: verified.author,
          id,
          parent,
          value: verified.value,
          createdAt,
          verified: true,
          object: text,
        }),
      );
    }
  };

  const fetchNow = async (items: readonly Item[], waitMs: number): Promise<void> => {
    // Opening asks again those who were just missed; not the long absent, nor those who asked to be left alone.
    const queue = items.filter(({ author }) => {
      const failures = authors.failuresOf(author);
      return !authors.isPaused(author) || (failures > 0 && failures < ABSENT_ASKED_MAX);
    });
    const workers = Array.from({ length: Math.min(FETCHES_MAX, queue.length) }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await fetchItem(item);
    });
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(waitMs, resolve);
    });
    // What is late goes on in the background; a failure of ours there must not end the node unseen.
    const all = Promise.all(workers).then(() => undefined);
    all.catch((error: unknown) => host.log.error({ err: error }, 'fetching failed'));
    await Promise.race([all, late]);
    cancel();
  };

  return {
    fetchNow,
    async run() {
      await verifyReactions();
      const queue = await store.dueItems(db.read, {
        now: clock.now(),
        limit: FETCH_BATCH_MAX,
        absent: authors.paused(),
      });
      const workers = Array.from({ length: Math.min(FETCHES_MAX, queue.length) }, async () => {
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
          if (item.offered !== null || !authors.isPaused(item.author)) await fetchItem(item);
        }
      });
      await Promise.all(workers);
      const next = await store.nextDue(db.read, authors.paused());
      const pauses = [next === null ? null : Math.max(0, next - clock.now()), authors.pauseMs()];
      const known = pauses.filter((pause) => pause !== null);
      return known.length === 0 ? null : Math.min(...known);
    },

    async fetchWhole(uri) {
      const key = postIn(uri);
      if (key === undefined) return;
      const answer = await ask(key.author, uri);
      const known = await store.findItem(db.read, key);
      if (known?.object !== answer.object) {
        const { item, post } = await verifyPost(host, answer.object, key);
        await db.write((tx) => keep(host, tx, item, post));
      }
      await keepThread(uri, answer);
    },

    async backfill(nodeId) {
      const payload: Payload<'content_sync'> = {
        created_at: isoTime(clock.now()),
        kind: 'posts',
        limit: BACKFILL_MAX,
      };
      const { items } = syncAnswer.parse(await askAuthor(nodeId, 'content_sync', payload));
      const now = clock.now();
      const rows = items.flatMap((raw): store.Announcement[] => {
        const shared = parsePayload('post_share', raw as never);
        const id = ownIdIn(shared.uri, nodeId, 'post');
        return [
          {
            author: nodeId,
            id,
            visibility: shared.visibility,
            version: shared.version,
            cid: shared.cid,
            created_at: Math.min(Date.parse(shared.created_at), now),
            edited_at: shared.edited_at === undefined ? null : Date.parse(shared.edited_at),
            due_at: now,
          },
        ];
      });
      if (rows.length === 0) return;
      await db.write(async (tx) => {
        await store.putAnnouncements(tx, rows);
        tx.afterCommit(wake);
      });
    },
  };
}

/** The URI that an object gives itself; empty when it has none. */
function uriOf(text: string): string {
  try {
    const { uri } = JSON.parse(text) as { uri?: unknown };
    return typeof uri === 'string' && isUri(uri) ? uri : '';
  } catch {
    return ''; // Not JSON: the other node's nonsense is passed over.
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

/** Whether a node has refused a question only because there were too many at once. */
export function isBusy(error: unknown): error is AppError {
  return error instanceof AppError && error.category === 'limit';
}

function tooOld(): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'posts/old-version',
    safe: 'The author’s node gave an older version than it announced.',
  });
}
