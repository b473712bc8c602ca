// People: the owner's profile and the bonds with others. Says who is a friend; federation enforces what follows.
// Registers the rules for profiles and connections; posts and conversations ask its door who is who.
import type { Actor } from '#kernel/actor.ts';
import { defineFeature } from '#kernel/feature.ts';
import { isoTime } from '#kernel/ports.ts';
import { access, allow, deny } from '#node/access/index.ts';
import { discovery, type Contact } from '#node/discovery/index.ts';
import { federation } from '#node/federation/index.ts';
import { identity } from '#node/identity/index.ts';
import { media } from '#node/media/index.ts';
import { AppError, isNodeId, type NodeId, type Uri } from '#protocol';
import { createDirectory } from './directory.ts';
import { peopleRoutes } from './http.ts';
import { createHandlers } from './incoming.ts';
import { migrations } from './migrations/index.ts';
import { changes, failures, nodeIdIn, noRelation } from './model.ts';
import { knownPerson } from './naming.ts';
import type { Finder } from './ports.ts';
import { createProfiles } from './profiles.ts';
import { createBonds, relationsWith, type PeopleHost } from './service.ts';
import { createInvites } from './invites/service.ts';
import { registerRefresh } from './refresh.ts';
import * as store from './store.ts';
import { bindMessages } from './wire.ts';

export type { Names } from './directory.ts';
export type { Relation } from './model.ts';
export type { Mail, Outcome, Verified } from './ports.ts';

export const people = defineFeature({
  name: 'people',
  needs: { identity, access, discovery, federation, media },
  migrations,
  start(host, doors) {
    const { db, events, clock, log } = host;
    const { federation: mail } = doors;
    const self = () => doors.identity.self();
    const finder = finderOf(doors.discovery);
    const profiles = createProfiles({ db, events, clock, mail, media: doors.media, self });
    const peopleHost: PeopleHost<Contact> = {
      db,
      events,
      clock,
      mail,
      finder,
      self: () => self().nodeId,
      isSelf: (who) =>
        nodeIdIn(who) === self().nodeId ||
        [self().username, host.serverUrl].includes(who.replace(/\/+$/, '')),
      displayName: async () => (await profiles.own()).display_name,
    };
    doors.identity.nameOwnerBy(peopleHost.displayName);
    const bonds = createBonds(peopleHost);
    const invites = createInvites({
      db,
      events,
      clock,
      random: host.random,
      serverUrl: () => host.serverUrl,
      key: host.keyring.derive('people/invites'),
    });
    const directory = createDirectory({ db, log, finder, profiles, self });

    const notBlocked = async (nodeId: string): Promise<boolean> => {
      if (!isNodeId(nodeId)) return false;
      const relation = (await relationsWith(db.read, [nodeId])).get(nodeId) ?? noRelation;
      return !relation.blocked;
    };
    doors.access.register('profile', {
      decide: async ({ actor, action }) =>
        actor.kind === 'node' && action === 'read' && (await notBlocked(actor.node_id))
          ? allow('profiles are read by every node that is not blocked')
          : deny('owner-only'),
    });
    doors.access.register('connection', { decide: () => deny('owner-only') });
    doors.access.register('invite', { decide: () => deny('owner-only') });

    registerRefresh({ db, clock, log, jobs: host.jobs, events, finder, profiles });
    bindMessages(
      doors,
      createHandlers(peopleHost, (tx, secret) => invites.redeem(tx, secret)),
      profiles,
    );

    const sendAvatar: Parameters<typeof peopleRoutes>[0]['sendAvatar'] = async (nodeId, context) => {
      if (nodeId === self().nodeId) {
        const own = await profiles.portrait();
        if (own === null) throw failures.unknown(nodeId);
        await doors.media.send(own, context);
        return;
      }
      const person = (await store.readPersons(db.read, [nodeId])).get(nodeId);
      if (person?.avatar === undefined || person.avatar === null) throw failures.unknown(nodeId);
      await doors.media.fetch(nodeId, `orf://${nodeId}/profile/avatar` as Uri, person.avatar);
      await doors.media.send(person.avatar, context);
    };

    const door = {
      ...bonds,
      /** What each node is to the owner, as `reader` sees it. */
      relationsWith,
      isFriend: async (reader: Parameters<typeof relationsWith>[0], nodeId: NodeId) =>
        (await relationsWith(reader, [nodeId])).get(nodeId)?.friend ?? false,
      friends: (reader: Parameters<typeof relationsWith>[0]) => store.nodesIn(reader, ['friend']),
      followers: (reader: Parameters<typeof relationsWith>[0]) => store.nodesIn(reader, ['follower']),
      /** Friends and followers. */
      readers: (reader: Parameters<typeof relationsWith>[0]) => store.nodesIn(reader, ['friend', 'follower']),
      /** A page of who is blocked, by node id. */
      blocked: (
        reader: Parameters<typeof relationsWith>[0],
        page: { readonly after: string; readonly limit: number },
      ) => store.listBlocked(reader, page),
      muted: (reader: Parameters<typeof relationsWith>[0]) => store.listMuted(reader),
      names: (nodeIds: readonly NodeId[]) => directory.names(nodeIds),
      /** A page of all bonds, by node. */
      connections: (page: Parameters<typeof directory.connections>[0]) => directory.connections(page),
      /** Tells everybody there is a bond with, or who waits for one, that it ends: they forget what was shared. */
      farewell: async (): Promise<ReadonlyMap<NodeId, string>> => {
        const slots = ['friend', 'following', 'follower'] as const;
        const bound = await store.nodesIn(db.read, slots, ['accepted', 'pending']);
        return db.write((tx) =>
          mail.sendMany(tx, {
            to: bound,
            type: 'connection_end',
            payload: { created_at: isoTime(clock.now()) },
          }),
        );
      },
      /** The node that a person typed by the owner means. @throws people/unknown, people/ambiguous */
      nodeOf: (who: string) => directory.nodeOf(who),
      /** Somebody there is a bond with; asks nobody else. @throws people/unknown, people/ambiguous */
      knownNode: (who: string) => knownPerson(db.read, who),
      profile: () => profiles.own(),
      /** As the owner would: friends and followers are told. @throws people/avatar-unprocessable, media/not-found */
      changeProfile: (change: Parameters<typeof profiles.update>[0], actor: Actor) =>
        profiles.update(change, actor),
      /** Whether an invitation is good now. @throws people/no-invite */
      lookAtInvite: (secret: string) => invites.look(secret),
    };
    return {
      door,
      changes,
      routes: peopleRoutes({ db, bonds, profiles, directory, invites, self, sendAvatar }),
    };
  },
});

/** Discovery as people uses it; a node without a directory simply finds nobody there. */
function finderOf(found: {
  resolve(query: string): Promise<Contact>;
  pin: Finder<Contact>['pin'];
  find(nodeId: NodeId): Promise<Contact | undefined>;
  loadSender(nodeId: NodeId): Promise<{ closed: boolean } | undefined>;
  search(query: { q: string }): Promise<{ items: readonly { node_id: string; username: string }[] }>;
}): Finder<Contact> {
  return {
    resolve: (query) => found.resolve(query),
    pin: (tx, contact) => found.pin(tx, contact),
    isClosed: async (nodeId) => (await found.loadSender(nodeId))?.closed ?? false,
    usernameOf: async (nodeId) => (await found.find(nodeId))?.username,
    async search(query) {
      try {
        return (await found.search({ q: query })).items;
      } catch (error) {
        if (error instanceof AppError && error.code === 'discovery/no-registry') return [];
        throw error;
      }
    },
  };
}
