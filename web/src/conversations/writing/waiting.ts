// Messages that were written here and are not on the node yet: what the outbox holds of them, oldest first.
// They stand in their conversation like the others, with where they are.
import { useSignal } from '../../api/signal.ts';
import type { OutboxItem } from '../../offline/database.ts';
import { enqueue, outbox, showsIn } from '../../offline/outbox.ts';
import type { AttachedFile } from '../../content/attached.ts';
import { sendMessage } from '../routes.ts';

const KIND = 'conversations.send';
showsIn(KIND, ['conversations', 'messages']);

export interface WaitingBody {
  readonly who: string;
  readonly text: string;
  readonly reply_to?: string;
}

export const bodyOf = (item: OutboxItem): WaitingBody => item.body as WaitingBody;

/** Keeps a message for the node, with its files; from then on it is not lost. */
export async function sendLater(body: WaitingBody, files: readonly AttachedFile[]): Promise<void> {
  const kept = files.map(({ blob, name, alt, durationMs }) => ({
    blob,
    name,
    alt,
    ...(durationMs === undefined ? {} : { durationMs }),
  }));
  await enqueue(KIND, sendMessage, { body }, kept, 'files');
}

/** What waits for one person. */
export function useWaiting(who: string): readonly OutboxItem[] {
  return useSignal(outbox).filter((item) => item.kind === KIND && bodyOf(item).who === who);
}

/** For whom something waits here. */
export function useWaitingPeople(): ReadonlySet<string> {
  return new Set(useSignal(outbox).flatMap((item) => (item.kind === KIND ? [bodyOf(item).who] : [])));
}
