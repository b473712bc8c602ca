// The messages of security.
// Loaded with its screens.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useSecurityText = textOf<typeof messages>('security');
