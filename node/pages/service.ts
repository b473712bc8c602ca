// What is shown to anybody: decided here, from what posts and people give. Switched off, nothing is there.
// The owner's choices are changed here too.
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Database } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import { atomFeed } from './atom.ts';
import type { Html } from './html.ts';
import {
  failures,
  FEED_POSTS,
  PAGE_POSTS,
  type PageOwner,
  type PageSettings,
  type PublicPost,
} from './model.ts';
import { invitePage, ownerPage, postPage, type Language } from './page.ts';
import * as store from './store.ts';

export interface PagesHost {
  readonly db: Database;
  readonly events: Events;
  readonly self: () => { readonly nodeId: string; readonly username: string };
  readonly serverUrl: () => string;
  readonly profile: () => Promise<{
    readonly display_name: string;
    readonly bio: string;
    readonly language: string | null;
    readonly avatar: string | null;
  }>;
  readonly posts: {
    list(page: {
      readonly beforeId?: string | undefined;
      readonly limit: number;
    }): Promise<{ items: PublicPost[]; next: string | null }>;
    /** @throws posts/not-found */
    find(id: string): Promise<PublicPost>;
  };
  /** @throws people/no-invite */
  readonly lookAtInvite: (secret: string) => Promise<{ accept: boolean }>;
}

export interface Pages {
  settings(): Promise<PageSettings>;
  change(change: { [Key in keyof PageSettings]?: boolean | undefined }, actor: Actor): Promise<PageSettings>;
  /** @throws pages/not-found when switched off, as all of these */
  posts(before: string | undefined, language: Language): Promise<Html>;
  post(id: string, language: Language): Promise<Html>;
  feed(): Promise<Html>;
  /** The upload that is the owner's portrait. */
  portrait(): Promise<string>;
  file(id: string, index: number): Promise<PublicPost['media'][number]>;
  /** Also when the other pages are switched off: who has the link was given it. @throws people/no-invite */
  invite(secret: string, language: Language): Promise<Html>;
}

export function createPages(host: PagesHost): Pages {
  const owner = async (): Promise<PageOwner> => {
    const { nodeId, username } = host.self();
    const { display_name: displayName, bio, language, avatar } = await host.profile();
    return {
      nodeId,
      username,
      displayName,
      bio,
      language,
      hasPortrait: avatar !== null,
      url: host.serverUrl(),
    };
  };
  const open = async (): Promise<PageSettings> => {
    const settings = await store.readSettings(host.db.read);
    if (!settings.shown) throw failures.notFound();
    return settings;
  };

  return {
    settings: () => store.readSettings(host.db.read),

    async change(change, actor) {
      return host.db.write(async (tx) => {
        const before = await store.readSettings(tx);
        const after = { shown: change.shown ?? before.shown, indexed: change.indexed ?? before.indexed };
        await store.writeSettings(tx, after);
        await host.events.append(tx, [
          {
            type: 'pages.changed',
            subject: host.self().nodeId,
            actor: actorToString(actor),
            old: { ...before },
            new: after,
          },
        ]);
        return after;
      });
    },

    async posts(before, language) {
      const { indexed } = await open();
      const { items: posts, next } = await host.posts.list({ beforeId: before, limit: PAGE_POSTS });
      return ownerPage(await owner(), { posts, next }, { language, indexed });
    },

    async post(id, language) {
      const { indexed } = await open();
      return postPage(await owner(), await host.posts.find(id), { language, indexed });
    },

    async feed() {
      await open();
      return atomFeed(await owner(), (await host.posts.list({ limit: FEED_POSTS })).items);
    },

    async portrait() {
      await open();
      const { avatar } = await host.profile();
      if (avatar === null) throw failures.notFound();
      return avatar;
    },

    async file(id, index) {
      await open();
      const file = (await host.posts.find(id)).media[index];
      if (file === undefined) throw failures.notFound();
      return file;
    },

    async invite(secret, language) {
      const { accept } = await host.lookAtInvite(secret);
      const inviter = await owner();
      return invitePage(inviter, { accept, url: `${inviter.url}/i/${secret}` }, language);
    },
  };
}
