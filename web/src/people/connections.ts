// The owner's connections, sorted into what the screens show. The node gives them in the order of node ids, all kinds
// in one list, so the list is read to its end; beyond a bound, "more" is asked for by hand.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { itemsOf } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { language } from '../text/language.ts';
import { nameOf } from '../text/person-name.ts';
import { connectionPages, type Connection } from './routes.ts';

/** Pages that are read without being asked for: a thousand connections. */
const PAGES_AT_ONCE = 10;

export interface Connections {
  readonly asking: readonly Connection[];
  readonly asked: readonly Connection[];
  readonly friends: readonly Connection[];
  /** They read the owner's public posts. */
  readonly followers: readonly Connection[];
  /** The owner reads theirs. */
  readonly following: readonly Connection[];
  readonly blocked: readonly Connection[];
}

export interface ConnectionsState {
  readonly list: Connections | undefined;
  readonly error: Error | null;
  readonly retry: () => void;
  /** There are more than were read. */
  readonly more: (() => void) | undefined;
}

export function useConnections(): ConnectionsState {
  const query = useInfiniteQuery(connectionPages);
  const { data, hasNextPage, isFetching, fetchNextPage } = query;
  const pages = data?.pages.length ?? 0;
  const wantsMore = hasNextPage && !isFetching;
  useEffect(() => {
    if (wantsMore && pages < PAGES_AT_ONCE) void fetchNextPage();
  }, [wantsMore, pages, fetchNextPage]);
  const now = useSignal(language);
  const list = useMemo(() => (data === undefined ? undefined : sorted(itemsOf(data), now)), [data, now]);
  return {
    list,
    error: query.error,
    retry: () => void query.refetch(),
    more: wantsMore && pages >= PAGES_AT_ONCE ? () => void fetchNextPage() : undefined,
  };
}

function sorted(all: readonly Connection[], now: string): Connections {
  const { compare } = new Intl.Collator(now, { sensitivity: 'base', numeric: true });
  const byName = (one: Connection, other: Connection): number => compare(nameOf(one), nameOf(other));
  const newestFirst = (one: Connection, other: Connection): number =>
    other.updated_at.localeCompare(one.updated_at);
  const pick = (test: (connection: Connection) => boolean): Connection[] => all.filter(test).toSorted(byName);
  const pending = all.filter(({ status }) => status === 'pending').toSorted(newestFirst);
  const stands = ({ status }: Connection): boolean => status === 'accepted';
  return {
    asking: pending.filter(({ direction }) => direction === 'in'),
    asked: pending.filter(({ direction }) => direction === 'out'),
    friends: pick((one) => stands(one) && one.relationship === 'friend'),
    followers: pick((one) => stands(one) && one.relationship === 'follower' && one.direction === 'in'),
    following: pick((one) => stands(one) && one.relationship === 'follower' && one.direction === 'out'),
    blocked: pick((one) => one.relationship === 'blocked'),
  };
}
