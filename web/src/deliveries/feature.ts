// What waits to reach others, in one place: in this browser, and on the node for each receiver.
// Events of the ledger make it stale, and the view of one item's receivers.
import { defineFeature } from '../router/feature.ts';

export const deliveries = defineFeature({
  name: 'deliveries',
  shows: ['content'],
  screens: [
    {
      path: '/deliveries',
      load: () => import('./deliveries-screen.tsx'),
      navigation: {
        label: { en: 'Deliveries', fr: 'Envois' },
        icon: 'send',
        order: 110,
        where: 'more',
      },
    },
  ],
  live: { delivery: ['outbox', 'deliveries'] },
});
