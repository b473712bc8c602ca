// The door of federation: areas send messages, handle those of others, and ask; delivery and proof happen here.
// It ties the parts to identity, discovery, access and the vault, and holds no rule of its own.
import { defineFeature } from '#kernel/feature.ts';
import { access, publicRules } from '#node/access/index.ts';
import { discovery } from '#node/discovery/index.ts';
import { identity } from '#node/identity/index.ts';
import { metrics } from '#node/metrics/index.ts';
import { vault } from '#node/vault/index.ts';
import { inboxRoute, routes } from './http.ts';
import { migrations } from './migrations/index.ts';
import { countDeliveries } from './outbox/items.ts';
import { httpTransport } from './outbox/transport.ts';
import type { Directory, Self } from './ports.ts';
import { Service } from './service.ts';
import { statesOf } from './store-outbox.ts';
import { AppError } from '#protocol';
import type { MessageType } from '#protocol/messages';
import { changes, type RequestHandler } from './model.ts';

export type { DeliveryCounts } from './api.ts';
export type { DeliveryState, Outcome, RequestHandler, Standing, Verified, VerifiedRequest } from './model.ts';
export type { MessageHandler } from './handlers.ts';
export type { Sealer, SealFields } from './outbox/envelopes.ts';
export type { Delivered } from './outbox/receipts.ts';
export { isSilence, type ReturnListener } from './presence/absence.ts';
export type { BlobSource, ByteRange } from './blobs.ts';
export type { Route } from './ports.ts';

export const federation = defineFeature({
  name: 'federation',
  needs: { vault, identity, access, metrics, discovery },
  migrations,
  start(host, doors) {
    const own = doors.identity;
    const found = doors.discovery;
    // Where the published record names no address, envelopes name none either: the two must agree.
    const self: Self = {
      nodeId: own.self().nodeId,
      party: (readerUrl) => {
        const hidden = found.mailboxOnly() || (readerUrl !== undefined && own.addressFor(readerUrl) === '');
        return hidden ? { ...own.party(), server_url: '' } : own.party();
      },
      signingKey: () => own.self().signingKey,
      sealingKeys: () => {
        const { current, older } = own.self().sealingKeys;
        return [current, ...older].map(({ privateKey }) => privateKey);
      },
      generation: () => own.generation(),
      closed: () => own.closed(),
      record: () => own.record(),
      introduction: async (readerUrl) => {
        const reader = readerUrl ?? found.registry?.url;
        const record = await (reader === undefined ? own.record() : own.recordFor(reader));
        return { record, log: own.self().log };
      },
    };
    const service = new Service(host, {
      self,
      directory: directoryOf(found),
      transport: httpTransport(host.network),
    });
    own.onRecordChanged(() => service.recordChanged());
    // Anybody may knock; what they may do is decided by signature, standing and budget, inside.
    doors.access.register('federation', publicRules(['inbox', 'introduce', 'query', 'blob']));
    doors.access.register('outbox', publicRules([]));
    const { blobs } = doors.vault;
    service.blobs.from({
      sizeOf: async (cid) => (await blobs.stat(cid))?.storedSize,
      openCiphertext: (cid, range) => blobs.openCiphertext(cid, range),
    });
    const door = {
      handle: service.handle.bind(service),
      /** Answers questions of a type; `content_sync` of kind `range` is answered here. */
      answer: <T extends MessageType>(type: T, handler: RequestHandler<T>) =>
        service.queries.register(type, handler),
      registerSealer: service.registerSealer.bind(service),
      send: service.queue.send.bind(service.queue),
      sendMany: service.queue.sendMany.bind(service.queue),
      withdraw: service.queue.withdraw.bind(service.queue),
      ask: service.queries.ask.bind(service.queries),
      setStanding: service.setStanding.bind(service),
      abandon: service.abandon.bind(service),
      onDelivered: service.onDelivered.bind(service),
      /** Tells of nodes that did not answer a question (`ask`) and are there again. */
      onReturn: service.absences.onReturn.bind(service.absences),
      /** Where messages stand, for the areas that show them. */
      deliveryStates: (ids: readonly string[]) => statesOf(host.db.read, ids),
      /** How many receivers of each of these items stand where; an item told to nobody has no entry. */
      deliveryCounts: (items: readonly string[]) => countDeliveries(host.db.read, items),
      issueTicket: service.blobs.issue.bind(service.blobs),
      guardBlobs: service.blobs.guard.bind(service.blobs),
      fetchBlob: service.blobs.fetch.bind(service.blobs),
      ledger: {
        list: service.items.ledger.bind(service.items),
        cancel: service.queue.cancel.bind(service.queue),
        retry: service.retry.bind(service),
      },
      peers: service.listPeers.bind(service),
      showSelf: service.showSelf.bind(service),
    };
    const timeInbox = doors.metrics.timer('ored_inbox', 'Requests to the inbox, by status', 'status');
    doors.metrics.gauge('ored_outbox_messages', 'Messages that wait, by state', async () => {
      const { outbox } = await service.status();
      return { label: 'state', values: outbox };
    });
    return {
      door,
      routes: routes(service),
      rawRoutes: [inboxRoute(service, host.log, timeInbox)],
      changes,
      status: () => service.status(),
      dispose: () => service.delivery.stop(),
    };
  },
});

type Discovery = Awaited<ReturnType<(typeof discovery)['start']>>['door'];

function directoryOf(found: Discovery): Directory {
  const { registry } = found;
  const needed = (): NonNullable<typeof registry> => {
    if (registry !== undefined) return registry;
    throw new AppError({
      category: 'unavailable',
      code: 'discovery/no-registry',
      safe: 'This node uses no directory.',
    });
  };
  return {
    senderNow: found.senderNow,
    loadSender: found.loadSender,
    route: async (nodeId) => {
      const known = await found.loadSender(nodeId);
      return known === undefined ? undefined : { ...known, mailbox: registry !== undefined };
    },
    refresh: found.refresh,
    learn: found.learn,
    learnUpdate: found.learnUpdate,
    usernameOf: async (nodeId) => (await found.loadSender(nodeId))?.username,
    mailbox: {
      available: () => found.registered(),
      onAvailable: found.onRegistered,
      route: (to, box) => needed().route(to, box),
      collect: async (options) => {
        try {
          return await needed().collect(options);
        } catch (error) {
          if (error instanceof AppError && error.code === 'registry/unknown-node') found.registerAgain();
          throw error;
        }
      },
      ack: (itemIds) => needed().ack(itemIds),
    },
  };
}
