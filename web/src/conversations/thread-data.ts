// The messages of one conversation: the pages that were read, and the newest ones, which live events make stale. Pages
// are held still while one reads; what is new is put behind them, and a gap between the two asks for the pages anew.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { call } from '../api/call.ts';
import { itemsOf, makeStale, read, readPages } from '../api/queries.ts';
import type { OutputOf } from '../api/route.ts';
import { Problem } from '../api/problem.ts';
import {
  changeThread,
  listMessages,
  openThreads,
  requestThreads,
  type Message,
  type Thread,
} from './routes.ts';

/** As many as a page of the node's list. */
const NEWEST_ITEMS = 30;

/** Who takes part, as the node knows it; null before the first word, undefined until it is known. */
export type Part = OutputOf<typeof listMessages>['conversation'];

export interface Talk {
  readonly part: Part | undefined;
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly pending: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
  readonly hasOlder: boolean;
  readonly loadingOlder: boolean;
  readonly loadOlder: () => void;
}

export function useTalk(who: string): Talk {
  const pages = useInfiniteQuery(readPages(listMessages, { query: { who } }, { held: true }));
  const newest = useQuery({
    ...read(listMessages, { query: { who, limit: NEWEST_ITEMS } }),
    enabled: pages.isSuccess,
  });
  const held = useMemo(() => itemsOf(pages.data), [pages.data]);
  const fresh = newest.data?.items;
  const messages = useMemo(() => merged(held, fresh), [held, fresh]);
  const { refetch } = pages;
  const hasGap = useMemo(() => gapBetween(held, fresh), [held, fresh]);
  useEffect(() => {
    if (hasGap) void refetch();
  }, [hasGap, refetch]);
  return {
    part: newest.data?.conversation ?? pages.data?.pages[0]?.conversation,
    messages,
    pending: pages.isPending,
    error: pages.isError ? pages.error : null,
    retry: () => void pages.refetch(),
    hasOlder: pages.hasNextPage,
    loadingOlder: pages.isFetchingNextPage,
    loadOlder: () => {
      if (pages.hasNextPage && !pages.isFetchingNextPage) void pages.fetchNextPage();
    },
  };
}

/** Both, each message once and as it is now, oldest first. */
function merged(held: readonly Message[], fresh: readonly Message[] = []): Message[] {
  const known = new Set(fresh.map(({ uri }) => uri));
  return [...fresh, ...held.filter(({ uri }) => !known.has(uri))].toReversed();
}

/** More came than the newest page holds: nothing of it is in the pages. */
function gapBetween(held: readonly Message[], fresh: readonly Message[] | undefined): boolean {
  const [top] = held;
  if (top === undefined || fresh === undefined || fresh.length < NEWEST_ITEMS) return false;
  return !fresh.some(({ uri }) => uri === top.uri);
}

export interface ThreadState {
  readonly thread: Thread | undefined;
  readonly isRequest: boolean;
  /** Neither is known yet. */
  readonly pending: boolean;
}

/** What the lists say of the conversation with a person. */
export function useThread(who: string): ThreadState {
  const open = useInfiniteQuery(openThreads);
  const requests = useInfiniteQuery(requestThreads);
  const isTheirs = ({ node_id: id }: Thread): boolean => id === who;
  const request = itemsOf(requests.data).find(isTheirs);
  const thread = itemsOf(open.data).find(isTheirs) ?? request;
  return { thread, isRequest: request !== undefined, pending: requests.isPending };
}

/** Marks a conversation as read while it is looked at. */
export function useReading(who: string, unread: number): void {
  const asked = useRef(false);
  useEffect(() => {
    const mark = (): void => {
      if (unread === 0 || asked.current || document.visibilityState !== 'visible') return;
      asked.current = true;
      call(changeThread, { params: { action: 'read' }, body: { who } })
        .then(() => makeStale('conversations', 'notifications'))
        .catch((error: unknown) => {
          // It stays unread, and is marked the next time that it is looked at.
          if (!(error instanceof Problem)) throw error;
        })
        .finally(() => (asked.current = false));
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [who, unread]);
}
