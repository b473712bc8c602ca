// How many people wait for an answer: the number on the way to People.
// Part of the first load, so it knows no component; it reads the list that the screen shows.
import { useInfiniteQuery } from '@tanstack/react-query';
import { itemsOf } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { useSignal } from '../api/signal.ts';
import { connectionPages } from './routes.ts';

export function useRequestCount(): number {
  const signedIn = useSignal(session) === 'in';
  const { data } = useInfiniteQuery({ ...connectionPages, enabled: signedIn });
  return itemsOf(data).filter(({ status, direction }) => status === 'pending' && direction === 'in').length;
}
