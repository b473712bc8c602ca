// The messages of what people wrote.
// Loaded with the first screen that shows some.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useContentText = textOf<typeof messages>('content');
