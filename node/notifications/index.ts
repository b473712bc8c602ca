// Notifications: what the owner may want to know, in the app and by waking devices. It changes nothing elsewhere.
// Learns everything from the event log, so that no area knows of it; pushes carry no content.
import { hintType } from '#kernel/events.ts';
import { defineFeature } from '#kernel/feature.ts';
import { access, publicRules } from '#node/access/index.ts';
import { identity } from '#node/identity/index.ts';
import { people } from '#node/people/index.ts';
import { vault } from '#node/vault/index.ts';
import { createDevices } from './devices.ts';
import { notificationRoutes } from './http.ts';
import { registerJobs } from './jobs.ts';
import { migrations } from './migrations/index.ts';
import { openVapidKey, type VapidKey } from './push/vapid.ts';
import { wakeDue } from './push/waking.ts';
import { createNotifications } from './service.ts';

export const notifications = defineFeature({
  name: 'notifications',
  needs: { vault, identity, access, people },
  migrations,
  start(host, doors) {
    const { db, events, clock, random, log, network, serverUrl } = host;
    const sessionStands = (sessionId: string): boolean => doors.identity.sessionStands(sessionId);
    doors.access.register('notification', publicRules([]));

    // Made when the first device asks for it: most nodes never wake one.
    let opened: Promise<VapidKey> | undefined;
    const vapid = (): Promise<VapidKey> => {
      opened ??= openVapidKey({ db, random, secrets: doors.vault.secrets, serverUrl }).catch(
        (error: unknown) => {
          opened = undefined;
          throw error;
        },
      );
      return opened;
    };
    const service = createNotifications({
      db,
      events,
      clock,
      self: () => doors.identity.self().nodeId,
      muted: (tx) => doors.people.muted(tx),
      kitUnconfirmed: () => doors.identity.recoveryState() === 'unconfirmed',
      wakePush: () => jobs.waking.wake(),
      wakeReminder: () => jobs.reminders.wake(),
    });
    const isWorthIt = (): Promise<boolean> => service.isWorthWaking();
    const jobs = registerJobs(host.jobs, {
      remind: () => service.remind(),
      wake: (signal) => wakeDue({ db, clock, random, log, network, vapid, sessionStands, isWorthIt }, signal),
    });
    events.consume(service.consumer);
    const { networks } = host.config.federation;
    const devices = createDevices({ db, clock, serverUrl, networks, sessionStands });
    return {
      door: {},
      changes: { [hintType('notifications.changed')]: { kind: 'notification' } as const },
      routes: notificationRoutes({
        notifications: service,
        devices,
        names: (nodeIds) => doors.people.names(nodeIds),
        publicKey: async () => (await vapid()).publicKey,
      }),
    };
  },
});
