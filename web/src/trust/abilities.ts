// What the browser can do here, asked of the browser itself: most of it hangs on whether it calls the page a secure
// context. Names of people's needs, not of interfaces.

export const abilities = ['offline', 'passkeys', 'push', 'camera', 'crypto'] as const;
export type Ability = (typeof abilities)[number];

/** `ready`: works. `insecure`: would work over https or on the machine itself. `browser`: this browser lacks it. */
export type AbilityState = 'ready' | 'insecure' | 'browser';

/** What this page can do. */
export function abilityState(ability: Ability): AbilityState {
  if (has(ability)) return 'ready';
  return window.isSecureContext ? 'browser' : 'insecure';
}

function has(ability: Ability): boolean {
  if (!window.isSecureContext) return false;
  // Typed as always there; what is missing in a browser is missing on its objects.
  if (ability === 'offline') return 'serviceWorker' in navigator;
  if (ability === 'passkeys') return 'PublicKeyCredential' in window;
  if (ability === 'push') return 'PushManager' in window && 'Notification' in window;
  if (ability === 'camera') return 'mediaDevices' in navigator;
  return 'subtle' in crypto;
}
