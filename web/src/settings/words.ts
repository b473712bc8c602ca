// The messages of settings.
// Loaded with the area's screens.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useSettingsText = textOf<typeof messages>('settings');
