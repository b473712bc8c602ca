// The messages of the page about this connection.
// Loaded with it.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useTrustText = textOf<typeof messages>('trust');
