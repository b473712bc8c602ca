// How many notifications are unread: the number on the way to them.
// Part of the first load, so it knows no component.
import { useQuery } from '@tanstack/react-query';
import { read } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { useSignal } from '../api/signal.ts';
import { countNotices } from './routes.ts';

export function useUnreadCount(): number {
  const signedIn = useSignal(session) === 'in';
  return useQuery({ ...read(countNotices, {}), enabled: signedIn }).data?.unread ?? 0;
}
