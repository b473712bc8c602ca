// The door of discovery: who others are, how they are found, and this node's registry.
// What other areas get: contacts, look-ups, and the registry's client, over one service.
import { defineFeature } from '#kernel/feature.ts';
import { access, deny } from '#node/access/index.ts';
import { identity } from '#node/identity/index.ts';
import type { NodeId } from '#protocol';
import { discoveryRoutes } from './http.ts';
import { registerJobs } from './jobs.ts';
import { migrations } from './migrations/index.ts';
import { Service } from './service.ts';

export type { Contact, Known, LearnVerdict, NameVerifier } from './model.ts';
export type { Listed } from './registry-client.ts';

/** What this node offers to those who search. */
const CAPABILITIES = ['messages', 'posts'];

export const discovery = defineFeature({
  name: 'discovery',
  needs: { identity, access },
  migrations,
  start(host, doors) {
    const own = doors.identity;
    const service = new Service(host, {
      self: () => own.self(),
      introduction: async (reader) => ({ record: await own.recordFor(reader), log: own.self().log }),
      hiddenFrom: (reader) => own.addressFor(reader) === '',
      listing: () => ({
        display_name: own.self().displayName,
        capabilities: CAPABILITIES,
        region: host.config.registry.region,
        language: own.self().language,
        listed: host.config.registry.listed,
      }),
      closed: () => own.closed(),
    });
    const registerAgain = registerJobs(host, service);
    if (service.mailboxOnly()) {
      host.log.info(
        { registry: service.registry?.url },
        'the address of this node means nothing outside its own network: it is published nowhere else, and others reach it through its mailbox only',
      );
    }
    own.onRecordChanged(registerAgain);
    doors.access.register('contact', { decide: () => deny('owner-only') });
    const { contacts } = service;
    const door = {
      resolve: service.resolve.bind(service),
      /** A contact that is known here, or undefined; asks nobody. */
      find: service.find.bind(service),
      pinned: async (nodeId: NodeId) => {
        const contact = await service.find(nodeId);
        return contact?.pinned === true ? contact : undefined;
      },
      pin: service.pin.bind(service),
      unpin: contacts.unpin.bind(contacts),
      learn: service.learn.bind(service),
      learnUpdate: service.learnUpdate.bind(service),
      refresh: service.refresh.bind(service),
      search: service.search.bind(service),
      /** Keys and addresses in memory, for the message path. */
      senderNow: contacts.now.bind(contacts),
      loadSender: contacts.load.bind(contacts),
      registry: service.registry,
      registered: service.registered.bind(service),
      /** Registers this node now. @throws network/*, or what the registry answered */
      register: service.register.bind(service),
      mailboxOnly: service.mailboxOnly.bind(service),
      onRegistered: service.onRegistered.bind(service),
      registerAgain: () => {
        service.unregistered();
        registerAgain();
      },
    };
    return {
      door,
      routes: discoveryRoutes(service),
      status: () => Promise.resolve({ registry: service.status() }),
    };
  },
});
