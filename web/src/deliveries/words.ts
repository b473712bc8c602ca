// The messages of deliveries.
// Loaded with the area's screen.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const useDeliveriesText = textOf<typeof messages>('deliveries');
