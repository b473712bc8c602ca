// The messages of notifications.
// Loaded with the area's screens; the service worker has its own copy of those it shows.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useNotificationsText = textOf<typeof messages>('notifications');
