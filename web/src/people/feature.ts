// People in the app: those one knows and who wait for an answer, one person's page, finding somebody, oneself.
// Events of people make lists, persons and the own profile stale.
import { defineFeature } from '../router/feature.ts';
import { useRequestCount } from './request-count.ts';

export const people = defineFeature({
  name: 'people',
  shows: ['content'],
  screens: [
    {
      path: '/people',
      load: () => import('./people-screen.tsx'),
      navigation: {
        label: { en: 'People', fr: 'Personnes' },
        icon: 'people',
        order: 30,
        where: 'bar',
        useCount: useRequestCount,
      },
      prefetch: true,
    },
    { path: '/people/add', load: () => import('./add-screen.tsx') },
    { path: '/people/:who', load: () => import('./person-screen.tsx') },
    {
      path: '/profile',
      load: () => import('./profile-screen.tsx'),
      navigation: { label: { en: 'You', fr: 'Vous' }, icon: 'person', order: 80, where: 'more' },
    },
  ],
  live: { connection: ['connections', 'people'], profile: ['profile', 'people'] },
});
