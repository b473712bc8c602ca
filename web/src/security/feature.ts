// Who gets in: devices and sessions, passkeys, the second factor, the passphrase, pairing another device. The screen of
// the new device stands alone and is open, since nobody is signed in on it yet.
import { defineFeature } from '../router/feature.ts';

export const security = defineFeature({
  name: 'security',
  screens: [
    {
      path: '/security',
      load: () => import('./security-screen.tsx'),
      navigation: { label: { en: 'Security', fr: 'Sécurité' }, icon: 'lock', order: 90, where: 'more' },
    },
    { path: '/security/passphrase', load: () => import('./passphrase-screen.tsx') },
    { path: '/security/second-factor', load: () => import('./second-factor-screen.tsx') },
    { path: '/security/device', load: () => import('./add-device-screen.tsx') },
    { path: '/pair', load: () => import('./pair-screen.tsx'), alone: true },
  ],
  live: { session: ['sessions', 'passkeys', 'second-factor'], node: ['identity'] },
});
