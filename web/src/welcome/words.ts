// The messages of the first run.
// Loaded with its screen.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useWelcomeText = textOf<typeof messages>('welcome');
