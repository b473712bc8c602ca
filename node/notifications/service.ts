// Notifications: what happened that the owner may want to know, from the event log, exactly once.
// Nothing here has content of its own: a notice names who and what, and settles when the matter itself does.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Consumer, Event, Events } from '#kernel/events.ts';
import type { Clock } from '#kernel/ports.ts';
import type { NodeId } from '#protocol';
import {
  alwaysTold,
  defaultSettings,
  failures,
  kinds,
  KIT_REMINDER_MS,
  NOTICES_MAX,
  policies,
  type Kind,
  type Notice,
  type Setting,
  type Settings,
} from './model.ts';
import { meaningOf, mergeDrafts, type Draft } from './notices.ts';
import * as push from './store-push.ts';
import * as store from './store.ts';

export interface NotificationsHost {
  readonly db: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly self: () => NodeId;
  readonly muted: (tx: Tx) => Promise<readonly NodeId[]>;
  /** A device is to be woken; after the commit. */
  readonly wakePush: () => void;
  /** A reminder has been set; after the commit. */
  readonly wakeReminder: () => void;
  /** Whether the recovery kit still waits to be confirmed. */
  readonly kitUnconfirmed: () => boolean;
}

/** What is not named stays. */
export type SettingsChange = Readonly<
  Partial<Record<Kind, { readonly app?: boolean | undefined; readonly push?: boolean | undefined }>>
>;

export interface Notifications {
  readonly consumer: Consumer;
  list(page: { before: number; limit: number; unread: boolean }): Promise<Notice[]>;
  unread(): Promise<number>;
  /** Marks one, or all up to a position; how many are unread then. @throws notifications/not-found */
  markRead(which: { id: number } | { upTo: number }): Promise<number>;
  settings(): Promise<Settings>;
  changeSettings(change: SettingsChange): Promise<Settings>;
  /** Whether something is unread that devices are woken for. */
  isWorthWaking(): Promise<boolean>;
  /** Tells what is due; returns the pause until the next reminder, or null. */
  remind(): Promise<number | null>;
}

export function createNotifications(host: NotificationsHost): Notifications {
  const { db, events, clock } = host;
  const settingsIn = async (reader: Parameters<typeof store.readSettings>[0]): Promise<Settings> => {
    const chosen = await store.readSettings(reader);
    return Object.fromEntries(
      kinds.map((kind) => [kind, chosen.get(kind) ?? defaultSettings[kind]]),
    ) as unknown as Settings;
  };
  const unread = (): Promise<number> => store.countUnread(db.read);

  return {
    consumer: {
      name: 'notifications',
      from: 'oldest',
      handle: (tx, batch) => consume(host, tx, batch, settingsIn),
    },
    list: (page) => store.listNotices(db.read, page),
    unread,
    async markRead(which) {
      await db.write(async (tx) => {
        if ('id' in which && !(await store.noticeExists(tx, which.id))) throw failures.notFound();
        if (await store.markRead(tx, which)) await tellChanged(events, tx);
      });
      return unread();
    },
    settings: () => settingsIn(db.read),
    changeSettings: (change) =>
      db.write(async (tx) => {
        const before = await settingsIn(tx);
        for (const kind of kinds) {
          const wanted = change[kind];
          if (wanted === undefined || alwaysTold.includes(kind)) continue;
          const { app = before[kind].app, push: woken = before[kind].push } = wanted;
          await store.writeSetting(tx, kind, { app, push: woken });
        }
        return settingsIn(tx);
      }),
    async isWorthWaking() {
      const settings = await settingsIn(db.read);
      return store.hasUnread(
        db.read,
        kinds.filter((kind) => wakes(settings[kind])),
      );
    },
    async remind() {
      const next = await store.nextReminder(db.read);
      if (next === undefined) return null;
      if (next.dueAt > clock.now()) return next.dueAt - clock.now();
      const waits = next.kind === 'kit_unconfirmed' && host.kitUnconfirmed();
      await db.write(async (tx) => {
        await store.removeReminder(tx, next.kind);
        if (!waits) return;
        await events.append(tx, [{ type: 'notifications.reminded', subject: next.kind, actor: 'system' }]);
      });
      return 0;
    },
  };
}

const wakes = ({ app, push: wanted }: Setting): boolean => app && wanted;

const tellChanged = (events: Events, tx: Tx): Promise<void> =>
  events.hint(tx, [{ type: 'notifications.changed', subject: 'notifications' }]);

/** Applies a batch of events, in order; drafts between two settlements are stored together. */
async function consume(
  host: NotificationsHost,
  tx: Tx,
  batch: readonly Event[],
  settingsIn: (tx: Tx) => Promise<Settings>,
): Promise<void> {
  let changed = false;
  let drafts: Draft[] = [];
  const flush = async (): Promise<void> => {
    const waiting = drafts;
    drafts = [];
    if (waiting.length > 0 && (await keep(host, tx, waiting, await settingsIn(tx)))) changed = true;
  };
  for (const event of batch) {
    const meaning = meaningOf(event, host.self());
    if (meaning === undefined) {
      await follow(host, tx, event);
      continue;
    }
    if ('draft' in meaning) {
      drafts.push(meaning.draft);
      continue;
    }
    await flush();
    if (await settle(tx, meaning)) changed = true;
    await follow(host, tx, event);
  }
  await flush();
  if (!changed) return;
  await store.pruneNotices(tx, NOTICES_MAX);
  await tellChanged(host.events, tx);
}

function settle(
  tx: Tx,
  meaning: Exclude<ReturnType<typeof meaningOf>, { draft: Draft } | undefined>,
): Promise<boolean> {
  if ('forgetActor' in meaning) return store.forgetActor(tx, meaning.forgetActor);
  const { kinds: settled, target, how } = meaning.settle;
  return how === 'read' ? store.readTarget(tx, target, settled) : store.forgetTarget(tx, target, settled);
}

/** What else an event means here: reminders that begin or end, devices that leave. */
async function follow(host: NotificationsHost, tx: Tx, { type, subject, at }: Event): Promise<void> {
  if (type === 'session.ended') await push.removeSubscription(tx, subject);
  else if (type === 'identity.kit_confirmed') await store.removeReminder(tx, 'kit_unconfirmed');
  else if (type === 'identity.claimed' && host.kitUnconfirmed()) {
    await store.putReminder(tx, 'kit_unconfirmed', Date.parse(at) + KIT_REMINDER_MS);
    tx.afterCommit(host.wakeReminder);
  }
}

/** Stores what the owner wants to see; whether anything changed. */
async function keep(
  host: NotificationsHost,
  tx: Tx,
  drafts: readonly Draft[],
  settings: Settings,
): Promise<boolean> {
  const muted = new Set<NodeId>(await host.muted(tx));
  const wanted = drafts.filter(
    ({ kind, actor }) => settings[kind].app && (actor === null || !muted.has(actor)),
  );
  if (wanted.length === 0) return false;
  const keys = new Map(wanted.map(({ kind, target }) => [`${kind} ${target}`, { kind, target }]));
  const standing = await store.findStanding(
    tx,
    [...keys.values()].map((key) => ({ ...key, unread: policies[key.kind] === 'merge' })),
  );
  const notices = mergeDrafts(wanted, standing);
  if (notices.length === 0) return false;
  await store.putNotices(tx, notices);
  if (notices.some(({ kind }) => wakes(settings[kind]))) {
    await push.wakeAll(tx, host.clock.now());
    tx.afterCommit(host.wakePush);
  }
  return true;
}
