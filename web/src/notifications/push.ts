// Waking this device when something happens (Web Push, RFC 8030): whether it can work here, and turning it on and off.
// The push service learns that there is something, never what; the service worker asks the own node for it.
import { call } from '../api/call.ts';
import { subscribe, unsubscribe } from './routes.ts';

/**
 * `insecure`: plain http, where browsers have no service worker. `missing`: this browser cannot at all.
 * `install`: only once the app is on the home screen (iPhone, iPad). `denied`: the person has forbidden it.
 */
export type PushContext = 'possible' | 'insecure' | 'missing' | 'install' | 'denied';

export function pushContext(): PushContext {
  if (!window.isSecureContext) return 'insecure';
  if (!('PushManager' in window) || !('serviceWorker' in navigator) || !('Notification' in window)) {
    const standalone = (navigator as Navigator & { readonly standalone?: boolean }).standalone;
    return standalone === false ? 'install' : 'missing';
  }
  return Notification.permission === 'denied' ? 'denied' : 'possible';
}

/** Asks the person, subscribes at the browser's push service, and tells the node. @throws Problem, DOMException */
export async function wakeThisDevice(publicKey: string): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') return;
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  const made = await pushManager.subscribe(options).catch(async (error: unknown) => {
    // The key of another node, or of this one before it was set up anew.
    if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error;
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(options);
  });
  const { endpoint, keys } = made.toJSON();
  await call(subscribe, {
    body: { endpoint: endpoint ?? '', keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' } },
  });
}

/** The node first: what it does not know, it does not wake. @throws Problem */
export async function wakeThisDeviceNoMore(): Promise<void> {
  await call(unsubscribe, {});
  const { pushManager } = await navigator.serviceWorker.ready;
  await (await pushManager.getSubscription())?.unsubscribe();
}
