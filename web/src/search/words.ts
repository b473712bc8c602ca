// The messages of search.
// Loaded with the area's screen.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useSearchText = textOf<typeof messages>('search');
