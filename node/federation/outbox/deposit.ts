// Putting things into a receiver's mailbox: each sealed for it alone and padded, so that the relay sees neither
// sender, type nor length. Stops at the first thing the relay does not take: the rest would not be taken either.
import type { Log } from '#kernel/log.ts';
import { AppError, sealForMailbox, type MailboxContent, type NodeId } from '#protocol';
import type { Mailbox } from '../ports.ts';

/** Seals and deposits in order; returns the keys of what was taken. */
export async function depositAll<Key>(
  mailbox: Mailbox,
  to: { readonly nodeId: NodeId; readonly sealingKey: Uint8Array },
  items: readonly { readonly key: Key; readonly content: MailboxContent }[],
  log: Log,
): Promise<Key[]> {
  const taken: Key[] = [];
  for (const { key, content } of items) {
    try {
      await mailbox.route(to.nodeId, await sealForMailbox(to.sealingKey, content));
      taken.push(key);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.info({ to: to.nodeId, code: error.code }, 'the mailbox takes no more for now');
      break;
    }
  }
  return taken;
}
