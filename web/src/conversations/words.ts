// The messages of conversations.
// Loaded with the area's screens.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useTalkText = textOf<typeof messages>('conversations');
