// Binds messages and questions of other nodes to what posts does with them.
// Announcements and answers are taken from contacts only; a deletion from whoever made the post.
import type { DoorOf } from '#kernel/feature.ts';
import type { federation } from '#node/federation/index.ts';
import type { Answers } from './exchange/answers.ts';
import type { PostHandlers } from './exchange/incoming.ts';

export function bindMessages(
  mail: DoorOf<typeof federation>,
  handlers: PostHandlers,
  answers: Answers,
): void {
  mail.handle('post_share', { from: 'contacts', apply: (tx, batch) => handlers.shared(tx, batch) });
  // A former friend's deletions still count.
  mail.handle('post_delete', { from: 'anyone', apply: (tx, batch) => handlers.deleted(tx, batch) });
  mail.handle('post_reply', { from: 'contacts', apply: (tx, batch) => handlers.replied(tx, batch) });
  mail.handle('post_reaction', { from: 'contacts', apply: (tx, batch) => handlers.reacted(tx, batch) });
  mail.answer('content_get', (question) => answers.content(question));
  mail.answer('content_sync', (question) => answers.sync(question));
}
