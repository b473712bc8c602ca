// The owner's profile and what is known of others'. A name that others give themselves stands beside the username of
// their verified record, never instead of it.
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import type { MediaDoor } from '#node/media/index.ts';
import {
  BIO_CHARS_MAX,
  cleanDisplayName,
  fromBase64Url,
  isCid,
  toBase64Url,
  type Cid,
  type Json,
  type NodeId,
} from '#protocol';
import { invalid } from '#protocol/errors.ts';
import { cleanText } from '#protocol/messages';
import { z } from 'zod';
import type { Avatar, Profile } from './model.ts';
import type { Mail, Verified } from './ports.ts';
import * as store from './store.ts';

/** What a node answers to `profile_get`. Read leniently: a newer node may say more. */
const answerSchema = z.object({
  display_name: z.string().max(1_000),
  bio: z.string().max(BIO_CHARS_MAX),
  language: z.string().max(35).nullable(),
  avatar: z
    .object({
      cid: z.string().refine(isCid),
      key: z.string().length(43),
      size: z.number().int().min(0),
      type: z.string().max(100),
    })
    .nullable(),
});

export interface OwnProfile extends Profile {
  readonly avatar: string | null;
}

export interface ProfileHost {
  readonly db: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly mail: Mail;
  readonly media: MediaDoor;
  readonly self: () => { readonly nodeId: NodeId; readonly displayName: string; readonly language: string };
}

export interface Profiles {
  own(): Promise<OwnProfile>;
  /** Changes what is given, and tells friends and followers. @throws names/*, text/*, media/not-found, people/avatar-unprocessable */
  update(change: Partial<OwnProfile>, actor: Actor): Promise<OwnProfile>;
  /** The owner's portrait in the size that others get, if there is one. */
  portrait(): Promise<Avatar | null>;
  /** What anybody who is not blocked may read. */
  answer(): Promise<Json>;
  /** Asks somebody's node for their profile and keeps it. @throws federation's refusals */
  fetch(nodeId: NodeId, username: string): Promise<void>;
  applyUpdates(tx: Tx, batch: readonly Verified<'activity_update'>[]): Promise<NodeId[]>;
}

const avatarOwner = (nodeId: NodeId): string => `orf://${nodeId}/profile/avatar`;

export function createProfiles(host: ProfileHost): Profiles {
  const own = async (): Promise<OwnProfile> => {
    const stored = await store.readProfile(host.db.read);
    if (stored !== undefined) return stored;
    const { displayName, language } = host.self();
    return { display_name: displayName, bio: '', language, avatar: null };
  };

  const portrait = async (): Promise<Avatar | null> => {
    const { avatar } = await own();
    if (avatar === null) return null;
    const [picture] = await host.media.describe([avatar], avatarOwner(host.self().nodeId));
    const small = picture?.thumbnail ?? picture;
    return small === undefined
      ? null
      : { cid: small.cid, key: small.key, size: small.size, type: small.type };
  };

  return {
    own,
    async update(change, actor) {
      const before = await own();
      const after: OwnProfile = {
        display_name:
          change.display_name === undefined ? before.display_name : cleanDisplayName(change.display_name),
        bio: change.bio === undefined ? before.bio : cleanText(change.bio, BIO_CHARS_MAX),
        language: change.language === undefined ? before.language : change.language,
        avatar: change.avatar === undefined ? before.avatar : change.avatar,
      };
      const uri = avatarOwner(host.self().nodeId);
      const [picture] = after.avatar === null ? [] : await host.media.describe([after.avatar], uri);
      if (picture !== undefined && !picture.type.startsWith('image/')) {
        throw invalid('people/avatar-unprocessable', {
          en: 'A portrait must be a picture.',
          fr: 'Un portrait doit être une image.',
        });
      }
      const small = picture?.thumbnail ?? picture;
      await host.db.write(async (tx) => {
        await store.writeProfile(tx, after, host.clock.now());
        await host.media.release(tx, uri, after.avatar === null ? [] : [after.avatar]);
        if (after.avatar !== null) await host.media.attach(tx, [after.avatar], uri);
        await host.events.append(tx, [
          {
            type: 'people.profile-changed',
            subject: host.self().nodeId,
            actor: actorToString(actor),
            old: { ...before },
            new: { ...after },
          },
        ]);
        await host.mail.sendMany(tx, {
          to: await store.nodesIn(tx, ['friend', 'follower']),
          type: 'activity_update',
          payload: {
            created_at: isoTime(host.clock.now()),
            kind: 'profile',
            display_name: after.display_name,
            bio: after.bio,
            ...(after.language === null ? {} : { language: after.language }),
            ...(small === undefined ? {} : { avatar: small.cid as Cid }),
          },
        });
      });
      return after;
    },

    portrait,

    async answer() {
      const { avatar: _id, ...profile } = await own();
      const picture = await portrait();
      return {
        ...profile,
        avatar: picture === null ? null : { ...picture, key: toBase64Url(picture.key) },
      };
    },

    async fetch(nodeId, username) {
      const answer = answerSchema.parse(await host.mail.ask(nodeId, 'profile_get', {}));
      const avatar: Avatar | null =
        answer.avatar === null ? null : { ...answer.avatar, key: fromBase64Url(answer.avatar.key, 32) };
      const person = {
        nodeId,
        username,
        display_name: cleanDisplayName(answer.display_name),
        bio: cleanText(answer.bio, BIO_CHARS_MAX),
        language: answer.language,
      };
      await host.db.write((tx) => store.putPerson(tx, person, avatar, host.clock.now()));
    },

    async applyUpdates(tx, batch) {
      const changed: NodeId[] = [];
      for (const { from, payload } of batch) {
        if (payload.kind !== 'profile') continue;
        const profile = {
          display_name: cleanDisplayName(payload.display_name),
          bio: cleanText(payload.bio ?? '', BIO_CHARS_MAX),
          language: payload.language ?? null,
        };
        if (!(await store.updateProfileOf(tx, from, profile, host.clock.now()))) continue;
        changed.push(from);
        await host.events.append(tx, [
          {
            type: 'people.person-changed',
            subject: from,
            actor: `node:${from}`,
            new: { ...profile },
          },
        ]);
      }
      return changed;
    },
  };
}
