// What an area is to the node, and how the areas are started in order.
// A need that does not stand earlier in the list fails at start, not at first use.
import type { ChangeRules } from './changes.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import { migrate, type Migration } from './db/migrate.ts';
import { eventMigrations, type Events } from './events.ts';
import type { BoundRoute, RawRoute } from './http/contract.ts';
import { onceMigrations } from './http/once.ts';
import type { Jobs } from './jobs.ts';
import type { Keyring } from './keyring.ts';
import type { Log } from './log.ts';
import type { Network } from './network.ts';
import { isoTime, type Clock, type Random } from './ports.ts';

/** What every area receives. */
export interface Host {
  readonly config: Config;
  readonly dataDir: string;
  /** This node's own address as others see it, without a trailing slash; known once the port is. */
  readonly serverUrl: string;
  readonly version: string;
  readonly db: Database;
  readonly keyring: Keyring;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
}

/** What a started area gives back: its door for other areas, and what the edge mounts. */
export interface Started<Door> {
  readonly door: Door;
  readonly routes?: readonly BoundRoute[];
  /** Mounted before express, for the paths whose cost matters. */
  readonly rawRoutes?: readonly RawRoute[];
  /** Which of the area's events the owner's clients are told of, and as what. */
  readonly changes?: ChangeRules;
  /** What `ored status` shows of this area, under names of its own; the areas' answers are merged into one object. */
  readonly status?: () => Promise<Readonly<Record<string, unknown>>>;
  readonly dispose?: () => Promise<void>;
}

// A feature of unknown door: `never` for what goes in, `unknown` for what comes out.
export interface AnyFeature {
  readonly name: string;
  readonly needs: NeedMap;
  readonly migrations: readonly Migration[];
  start(host: Host, doors: never): Promise<Started<unknown>> | Started<unknown>;
}
export type NeedMap = Readonly<Record<string, AnyFeature>>;
export type DoorOf<F extends AnyFeature> = Awaited<ReturnType<F['start']>>['door'];
export type Doors<Needs extends NeedMap> = { readonly [Name in keyof Needs]: DoorOf<Needs[Name]> };

export interface Feature<Needs extends NeedMap, Door> extends AnyFeature {
  readonly needs: Needs;
  start(host: Host, doors: Doors<Needs>): Promise<Started<Door>> | Started<Door>;
}

/** Declares an area. `needs` are the other areas' feature objects, under the names by which `start` receives their doors. */
export function defineFeature<Needs extends NeedMap, Door>(
  feature: Feature<Needs, Door>,
): Feature<Needs, Door> {
  return feature;
}

export interface Booted extends AsyncDisposable {
  readonly routes: readonly BoundRoute[];
  readonly rawRoutes: readonly RawRoute[];
  /** The areas' rules of what clients are told, merged. */
  readonly changes: ChangeRules;
  /** The areas' status answers, merged. */
  status(): Promise<Record<string, unknown>>;
  door<F extends AnyFeature>(feature: F): DoorOf<F>;
}

/** Migrations of the kernel and of the areas, in order. */
export async function migrateFeatures(
  database: Database,
  features: readonly AnyFeature[],
  clock: Clock,
): Promise<string[]> {
  const areas = features.map(({ name, migrations }) => ({ area: name, migrations }));
  const kernel = { area: 'kernel', migrations: [...eventMigrations, ...onceMigrations] };
  return migrate(database, [kernel, ...areas], isoTime(clock.now()));
}

/** Starts the areas in order; what has started is disposed in reverse when a later one fails. */
export async function bootFeatures(host: Host, features: readonly AnyFeature[]): Promise<Booted> {
  const started = new Map<AnyFeature, Started<unknown>>();
  const disposables = new AsyncDisposableStack();
  try {
    for (const feature of features) {
      const doors = Object.fromEntries(
        Object.entries(feature.needs).map(([name, need]) => {
          const found = started.get(need);
          if (found === undefined)
            throw new Error(`${feature.name} needs ${need.name}, which stands after it in the list`);
          return [name, found.door];
        }),
      );
      const result = await feature.start(host, doors as never);
      started.set(feature, result);
      if (result.dispose !== undefined) disposables.defer(result.dispose);
    }
  } catch (error) {
    await disposables.disposeAsync();
    throw error;
  }
  const all = [...started.values()];
  return {
    routes: all.flatMap(({ routes }) => routes ?? []),
    rawRoutes: all.flatMap(({ rawRoutes }) => rawRoutes ?? []),
    changes: Object.assign({}, ...all.map(({ changes }) => changes ?? {})) as ChangeRules,
    async status() {
      const parts = await Promise.all(all.map(async (area) => (await area.status?.()) ?? {}));
      return Object.assign({}, ...parts) as Record<string, unknown>;
    },
    door<F extends AnyFeature>(feature: F): DoorOf<F> {
      const found = started.get(feature);
      if (found === undefined) throw new Error(`${feature.name} has not been started`);
      return found.door;
    },
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}
