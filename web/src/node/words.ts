// The messages of the node's page.
// Loaded with its screens.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useNodeText = textOf<typeof messages>('node');
