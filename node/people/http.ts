// Binds people's contract to its services.
// Decides nothing: it translates between rows and what scripts rely on.
import type { Actor } from '#kernel/actor.ts';
import type { Database } from '#kernel/db/database.ts';
import { bind, type BoundRoute, type RequestContext } from '#kernel/http/contract.ts';
import { isoTime } from '#kernel/ports.ts';
import type { NodeId } from '#protocol';
import * as api from './api.ts';
import type { Directory, Names } from './directory.ts';
import type { Invites } from './invites/service.ts';
import type { Connection } from './model.ts';
import type { Profiles } from './profiles.ts';
import type { Bonds } from './service.ts';

export interface PeopleHttp {
  readonly db: Database;
  readonly bonds: Bonds;
  readonly profiles: Profiles;
  readonly directory: Directory;
  readonly invites: Invites;
  readonly self: () => { readonly nodeId: NodeId; readonly username: string };
  readonly sendAvatar: (nodeId: NodeId, context: RequestContext) => Promise<void>;
}

export function peopleRoutes(people: PeopleHttp): BoundRoute[] {
  const { bonds, profiles, directory, invites } = people;
  const ownProfile = async () => {
    const { nodeId, username } = people.self();
    return { node_id: nodeId, username, ...(await profiles.own()) };
  };
  const show = async (connection: Connection): Promise<api.ShownConnection> => {
    const names = await directory.names([connection.nodeId]);
    return shownConnection(connection, names.get(connection.nodeId));
  };
  return [
    bind(api.readProfile, ownProfile),
    bind(api.changeProfile, async ({ body }, { actor }) => {
      const { display_name, bio, language, avatar } = body;
      await profiles.update(
        {
          ...(display_name === undefined ? {} : { display_name }),
          ...(bio === undefined ? {} : { bio }),
          ...(language === undefined ? {} : { language }),
          ...(avatar === undefined ? {} : { avatar }),
        },
        actor,
      );
      return ownProfile();
    }),
    bind(api.findPeople, async ({ query }) => ({ items: await directory.find(query.q) })),
    bind(api.readPerson, async ({ params }) => directory.person(params.who)),
    bind(api.listConnections, async ({ query }) => {
      const { items, next_cursor } = await directory.connections(query);
      return { items: items.map(({ connection, names }) => shownConnection(connection, names)), next_cursor };
    }),
    bind(api.addFriend, async ({ body }, { actor }) => show(await bonds.add(body.who, body.note, actor))),
    bind(api.changeBond, async ({ params, body }, { actor }) => {
      const nodeId = await change(bonds, params.action, body.who, actor);
      const names = (await directory.names([nodeId])).get(nodeId);
      return { node_id: nodeId, username: names?.username ?? '', done: params.action };
    }),
    bind(api.createInvite, ({ body }, { actor, settle }) => invites.create(body, actor, settle)),
    bind(api.listInvites, async () => ({ items: await invites.list() })),
    bind(api.revokeInvite, ({ params }, { actor, settle }) => invites.revoke(params.id, actor, settle)),
    bind(api.readAvatar, async ({ params }, context) =>
      people.sendAvatar(await directory.nodeOf(params.who), context),
    ),
  ];
}

async function change(bonds: Bonds, action: api.BondAction, who: string, actor: Actor): Promise<NodeId> {
  switch (action) {
    case 'accept':
    case 'reject':
    case 'follow':
      return (await bonds[action](who, actor)).nodeId;
    case 'mute':
    case 'unmute':
      return bonds.mute(who, action === 'mute', actor);
    default:
      return bonds[action](who, actor);
  }
}

function shownConnection(connection: Connection, names: Names | undefined): api.ShownConnection {
  const { nodeId, slot, status, direction, note, updatedAt } = connection;
  return {
    node_id: nodeId,
    username: names?.username ?? '',
    display_name: names?.display_name ?? '',
    avatar: names?.avatar ?? null,
    relationship: slot === 'following' ? 'follower' : slot,
    status,
    direction,
    note,
    updated_at: isoTime(updatedAt),
  };
}
