// What an area is to the app: its screens, each loaded when it is first opened, its places in the navigation, and
// which server state its events make stale. Declared in the area's own feature.ts, which holds no screen's code:
// every feature.ts is part of the first load.
import type { Changes } from '#node/edge/live/api.ts';
import type { ComponentType } from 'react';
import type { IconName } from '../design/icon.tsx';
import { loads } from '../api/loads.ts';
import type { QueryRoot } from '../api/queries.ts';
import type { Language } from '../text/language.ts';
import { loadMessages } from '../text/language.ts';
import type { Params } from './match.ts';

export interface ScreenProps {
  /** From the path: `/post/:id` gives `{ id }`. */
  readonly params: Params;
}

/** A screen's file exports its component as `Screen`. */
export interface ScreenModule {
  readonly Screen: ComponentType<ScreenProps>;
}

export type Label = Readonly<Record<Language, string>>;

export interface NavigationEntry {
  readonly label: Label;
  readonly icon: IconName;
  /** Places from left to right, top to bottom; steps of ten leave room. */
  readonly order: number;
  /** The phone's bar has room for five; the rest stands in the rail and on the "more" page. */
  readonly where: 'bar' | 'more';
  /** A number to show on it, from server state (unread messages): read by the shell. */
  readonly useCount?: () => number;
}

export interface ScreenEntry {
  readonly path: string;
  readonly load: () => Promise<ScreenModule>;
  readonly navigation?: NavigationEntry;
  /** Also for who is not signed in, and then without the ways of the app. */
  readonly open?: boolean;
  /** Open, and always without the ways of the app: the first run, a new device. */
  readonly alone?: boolean;
  /** Fetched in idle time after the first screen, so that it opens at once. */
  readonly prefetch?: boolean;
}

/** What the node tells of as it happens: a kind, never content. */
export type ChangeKind = Changes['changes'][number]['kind'];

export interface WebFeature {
  /** The folder's name, and that of its messages. */
  readonly name: string;
  readonly screens: readonly ScreenEntry[];
  /** Further folders whose messages its screens show, loaded with them: `content`. */
  readonly shows?: readonly string[];
  /** The kinds of change (`feed`) to the roots of the queries that they make stale. */
  readonly live?: Readonly<Partial<Record<ChangeKind, readonly QueryRoot[]>>>;
  /** What is shown of these ids and is under no such root, because it is held still, is to be shown as it is now. */
  readonly refresh?: {
    readonly kinds: readonly ChangeKind[];
    readonly run: (ids: ReadonlySet<string>) => Promise<unknown>;
  };
}

export interface OpenScreen extends ScreenEntry {
  /** The folders of its messages. */
  readonly messages: readonly string[];
}

/** Declares an area of the app. */
export function defineFeature(feature: WebFeature): WebFeature {
  return feature;
}

const loading = loads<ScreenModule>();

/** Loads a screen's code and its messages together, once. */
export function loadScreen(screen: OpenScreen): Promise<ScreenModule> {
  return loading.get(screen.path, async () => {
    const [module] = await Promise.all([screen.load(), ...screen.messages.map((area) => loadMessages(area))]);
    return module;
  });
}

/** The first screen has the line and the processor to itself for this long. */
const PREFETCH_AFTER_MS = 2_000;

/** Loads the screens one goes to most, one at a time, when nothing else is to be done. */
export async function prefetchScreens(all: readonly OpenScreen[]): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, PREFETCH_AFTER_MS));
  for (const screen of all.filter(({ prefetch }) => prefetch === true)) {
    await idle();
    await loadScreen(screen).catch(() => undefined);
  }
}

function idle(): Promise<void> {
  // Typed as always there; Safari has none.
  const request = window.requestIdleCallback as typeof window.requestIdleCallback | undefined;
  return new Promise((resolve) => (request === undefined ? resolve() : request(() => resolve())));
}
