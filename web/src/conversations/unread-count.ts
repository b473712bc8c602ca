// How many messages have not been read: the number on the way to them. Strangers who wait do not count: their requests
// can wait, and a flood of them must not shout.
import { useQuery } from '@tanstack/react-query';
import { read } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { useSignal } from '../api/signal.ts';
import { listThreads } from './routes.ts';

const newest = read(listThreads, { query: { limit: 1 } });

export function useUnreadMessages(): number {
  const signedIn = useSignal(session) === 'in';
  return useQuery({ ...newest, enabled: signedIn }).data?.unread ?? 0;
}
