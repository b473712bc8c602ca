// What leaves this browser with a session, whoever ended it: copies of what the node has (answers, pictures), notices
// on the screen, and the push service's way here. What was typed and not sent is no copy, and not touched here.
import { ownDatabase } from '../offline/database.ts';

/** The service worker's pictures (web/src/sw/worker.ts). */
const MEDIA_CACHE = 'ored-media';

export async function forgetCopies(): Promise<void> {
  await (await ownDatabase()).clear('cache');
  if (!window.isSecureContext) return;
  await caches.delete(MEDIA_CACHE);
  const registration = await navigator.serviceWorker.getRegistration();
  // They name people, also on a screen that is locked.
  for (const notice of (await registration?.getNotifications()) ?? []) notice.close();
  // The node has forgotten it already; a browser without a push service has none.
  const { pushManager } = (registration ?? {}) as { readonly pushManager?: PushManager };
  const subscription = await pushManager?.getSubscription();
  // Without network it cannot be taken back; the node wakes it no more all the same.
  await subscription?.unsubscribe().catch(() => false);
}
