// What a notification says and what it opens, by its kind. Pure, and shared by the list and the service worker: it gives
// keys of this area's messages and their values, and leaves the language to whoever shows them.
import { conversationPath, personPath, postPath } from '../router/addresses.ts';
import { nameOf } from '../text/person-name.ts';
import type { Notice } from './routes.ts';

/** Finds a message: by the app's own hook in the page, by the catalogue in the service worker. */
export type SayNotice = (key: string, values: Readonly<Record<string, string | number>>) => string;

type Told = Pick<Notice, 'kind' | 'actors' | 'people' | 'count' | 'target' | 'about'>;

/** The sentence of a notice. */
export function noticeText(notice: Told, say: SayNotice): string {
  const who = peopleText(notice, say);
  if (notice.kind === 'security') return say(`kind.security.${notice.target}`, {});
  // Of messages it matters how many; of all else, how many people.
  const count = notice.kind === 'message' ? notice.count : Math.max(1, notice.people);
  return say(who === '' ? `kind.${notice.kind}.nobody` : `kind.${notice.kind}`, { who, count });
}

/** "Ada", "Ada and Bob", "Ada, Bob and 3 others". */
function peopleText({ actors, people }: Told, say: SayNotice): string {
  const [first, second] = actors.map(nameOf);
  if (first === undefined) return '';
  if (second === undefined || people <= 1) return first;
  if (people === 2) return say('people.two', { first, second });
  return say('people.more', { first, second, count: people - 2 });
}

/** The path of the app that a notice opens. */
export function noticePath({ kind, target, actors, people }: Told): string {
  const [first] = actors;
  switch (kind) {
    case 'friend_request':
    case 'friend_accepted':
      return people === 1 && first !== undefined ? personPath(first.node_id) : '/people?view=requests';
    case 'follow':
      return '/people?view=followers';
    case 'reply':
    case 'reaction':
      return postPath(target);
    case 'message':
      return conversationPath(target);
    case 'message_request':
      return '/messages/requests';
    case 'delivery_refused':
      return refusedPath(target, first?.node_id);
    case 'delivery_expired':
      return '/deliveries?view=expired';
    case 'kit_unconfirmed':
    default:
      return '/security';
  }
}

/** What was refused, where its own view says why: a post, a message's conversation, or a person. */
function refusedPath(target: string, who: string | undefined): string {
  if (target.includes('/post/')) return postPath(target);
  if (who === undefined) return '/deliveries?view=refused';
  return target.includes('/message/') ? conversationPath(who) : personPath(who);
}
