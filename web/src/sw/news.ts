// What a wake of the push service shows: the newest unread notifications, asked of the own node with this browser's
// session. A browser demands that every wake shows something: where the node does not answer, a general word stands in.
// Texts are the app's own messages; nothing that was fetched is kept.
import en from '../notifications/messages/en.json' with { type: 'json' };
import fr from '../notifications/messages/fr.json' with { type: 'json' };
import { noticePath, noticeText } from '../notifications/notice-words.ts';
import type { Notice } from '../notifications/routes.ts';
import { exclusive } from '../offline/exclusive.ts';
import { readNote, writeNote } from '../offline/database.ts';
import { messageOf, type Messages, type Values } from '../text/catalogue.ts';

export interface NoticeScope {
  readonly location: Location;
  readonly registration: {
    showNotification(title: string, options: Readonly<Record<string, unknown>>): Promise<void>;
    getNotifications(): Promise<readonly Notification[]>;
  };
  readonly clients: {
    matchAll(options: { readonly type: 'window' }): Promise<readonly NoticeWindow[]>;
    openWindow(path: string): Promise<unknown>;
  };
}
interface NoticeWindow {
  readonly url: string;
  focus(): Promise<unknown>;
  postMessage(message: unknown, options: object): void;
}

/** Shown at once: more than a screen of a phone takes is noise. */
const SHOWN_MAX = 3;
const LANGUAGE_NOTE = 'shell.language';
const GENERAL_TAG = 'ored-news';

const catalogues: Readonly<Record<string, Messages>> = { en, fr };

/** The language of what is shown from now on, as the app is set. */
export function rememberLanguage(language: string): void {
  void writeNote(LANGUAGE_NOTE, language);
}

/** Shows what is new; never fails. */
export async function showNews(scope: NoticeScope): Promise<void> {
  const noted = await readNote(LANGUAGE_NOTE).catch(() => undefined);
  const language = typeof noted === 'string' && noted in catalogues ? noted : 'en';
  const notices = await unreadNotices().catch(() => []);
  if (notices.length === 0) {
    await scope.registration.showNotification('O-Red', {
      body: sayIn(language, 'wake.general', {}),
      tag: GENERAL_TAG,
      lang: language,
      icon: '/ring.svg',
      data: '/notifications',
    });
    return;
  }
  for (const notice of notices.slice(0, SHOWN_MAX)) {
    await scope.registration.showNotification('O-Red', {
      body: noticeText(notice, (key, values) => sayIn(language, key, values)),
      // One notice is shown once, however often it grows.
      tag: `ored-notice-${notice.id}`,
      lang: language,
      icon: '/ring.svg',
      data: noticePath(notice),
      timestamp: Date.parse(notice.updated_at),
    });
  }
}

/** Brings the app to what was pressed: the window that is open, else a new one. */
export async function openFromNotice(scope: NoticeScope, path: string): Promise<void> {
  const [open] = await scope.clients.matchAll({ type: 'window' });
  if (open === undefined) {
    await scope.clients.openWindow(path);
    return;
  }
  open.postMessage({ go: path }, {});
  await open.focus();
}

async function unreadNotices(): Promise<readonly Notice[]> {
  const path = `/api/v1/notifications?unread=true&limit=${SHOWN_MAX}`;
  const ask = (): Promise<Response> => fetch(path, { credentials: 'same-origin', cache: 'no-store' });
  let answer = await ask();
  if (answer.status === 401) {
    await exclusive('ored.session', renewOnce);
    answer = await ask();
  }
  if (!answer.ok) return [];
  return ((await answer.json()) as { readonly items: readonly Notice[] }).items;
}

/** A renewal by a page counts as one's own when it is this young: as in the app's session. */
const RENEWED_MS_MAX = 30_000;
const RENEWED_NOTE = 'session.renewed-at';

async function renewOnce(): Promise<void> {
  const at = await readNote(RENEWED_NOTE);
  if (typeof at === 'number' && Math.abs(Date.now() - at) < RENEWED_MS_MAX) return;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch('/api/v1/sessions/refresh', {
    method: 'POST',
    headers,
    body: '{}',
    credentials: 'same-origin',
    cache: 'no-store',
  });
  if (answer.ok) await writeNote(RENEWED_NOTE, Date.now());
}

function sayIn(language: string, key: string, values: Values): string {
  return messageOf(catalogues[language] ?? en, language, key, values);
}
