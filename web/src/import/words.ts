// The messages of bringing along.
// Loaded with the area's screen.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useImportText = textOf<typeof messages>('import');
