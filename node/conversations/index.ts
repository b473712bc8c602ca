// Conversations: direct messages that only the two nodes can read, requests of strangers, complaints.
// Puts the parts together; who may write is in receiving.ts, what is opened in opening.ts.
import { defineFeature } from '#kernel/feature.ts';
import { access, allow, deny } from '#node/access/index.ts';
import { discovery } from '#node/discovery/index.ts';
import { federation } from '#node/federation/index.ts';
import { identity } from '#node/identity/index.ts';
import { media } from '#node/media/index.ts';
import { people } from '#node/people/index.ts';
import { search } from '#node/search/index.ts';
import { AppError, type Json, type NodeId } from '#protocol';
import { createFiles } from './files.ts';
import { conversationsRoutes } from './http.ts';
import { bondConsumer, registerOpening } from './jobs.ts';
import { migrations } from './migrations/index.ts';
import { changes } from './model.ts';
import { createOpening } from './opening.ts';
import type { Mail, People } from './ports.ts';
import { createReceiving } from './receiving.ts';
import { createConversations } from './service.ts';
import { bindMessages } from './wire.ts';

export type { Conversations } from './service.ts';

export const conversations = defineFeature({
  name: 'conversations',
  needs: { identity, access, discovery, federation, search, media, people },
  migrations,
  start(host, doors) {
    const { db, events, clock, random, jobs, log } = host;
    const { federation: mail } = doors;
    const self = (): NodeId => doors.identity.self().nodeId;
    const persons = peopleOf(doors);
    const post = mailOf(mail);
    const service = createConversations({
      db,
      events,
      clock,
      random,
      self,
      people: persons,
      search: doors.search,
      files: doors.media,
      mail: post,
    });

    const opening = createOpening({
      db,
      events,
      log,
      self,
      search: doors.search,
      sealingKeys: () => {
        const { current, older } = doors.identity.self().sealingKeys;
        return [current, ...older].map(({ privateKey }) => privateKey);
      },
    });
    const openingJob = registerOpening(jobs, opening);
    const wakeOpening = (): void => openingJob.wake();
    bindMessages(mail, createReceiving({ events, self, people: persons, mail: post, wakeOpening }));
    events.consume(bondConsumer);

    const files = createFiles({ self, conversations: service, media: doors.media });
    doors.access.register('message', {
      decide: async ({ actor, action, resource: { id } }) =>
        actor.kind === 'node' &&
        action === 'read' &&
        id !== undefined &&
        (await files.isFor(actor.node_id, id))
          ? allow('the message was written to this node')
          : deny('owner-only'),
    });
    doors.access.register('report', { decide: () => deny('owner-only') });
    doors.search.provide('message', (uris) => service.hits(uris));

    return {
      door: service,
      changes,
      routes: conversationsRoutes({
        receiveFile: doors.media.receive,
        conversations: service,
        sendFile: (file, context) => files.send(file, context),
      }),
    };
  },
});

function mailOf(mail: Awaited<ReturnType<(typeof federation)['start']>>['door']): Mail {
  return {
    sendDraft: (tx, to, content) =>
      mail.send(tx, { to, type: 'direct_message', draft: content as unknown as Json }),
    sendUpdate: async (tx, to, payload) =>
      void (await mail.send(tx, { to, type: 'conversation_update', payload })),
    withdraw: (tx, ids) => mail.withdraw(tx, ids),
    states: (ids) => mail.deliveryStates(ids),
  };
}

function peopleOf(doors: {
  readonly people: Awaited<ReturnType<(typeof people)['start']>>['door'];
  readonly discovery: Awaited<ReturnType<(typeof discovery)['start']>>['door'];
}): People {
  return {
    relations: doors.people.relationsWith,
    names: doors.people.names,
    resolve: doors.people.nodeOf,
    known: async (who) => {
      try {
        return await doors.people.knownNode(who);
      } catch (error) {
        if (error instanceof AppError && error.code === 'people/unknown') return undefined;
        throw error;
      }
    },
    keep: (tx, nodeId) => doors.discovery.pin(tx, { node_id: nodeId }),
  };
}
