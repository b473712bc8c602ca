// The shell's own messages, which come with the app: navigation, states, problems, what every screen may need.
// Areas have their own file like this one, beside their messages.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useShellText = textOf<typeof messages>('shell');
