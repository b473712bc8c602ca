// The messages of people.
// Loaded with the area's screens.
import type messages from './messages/en.json';
import { textOf, type Say } from '../text/messages.ts';

export const usePeopleText = textOf<typeof messages>('people');
export type SayPeople = Say<typeof messages>;
