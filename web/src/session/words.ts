// The messages of signing in.
// Loaded with its screen.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useSessionText = textOf<typeof messages>('session');
