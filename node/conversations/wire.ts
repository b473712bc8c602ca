// Binds conversations to the message types that it owns. Nothing is decided here: what is taken and what is refused is
// in receiving.ts, sealing is the protocol's.
import type { Tx } from '#kernel/db/database.ts';
import type { AppError, Json, JsonObject, MessageId } from '#protocol';
import { sealDirectMessage, type DirectMessageContent } from '#protocol/messages';
import type { Delivered, Incoming, IncomingUpdate } from './ports.ts';
import type { Receiving } from './receiving.ts';

type SealFields = Parameters<typeof sealDirectMessage>[0];

/** Federation, as far as it is bound here. */
interface Post {
  handle(
    type: 'direct_message',
    handler: {
      readonly from: 'anyone';
      apply(tx: Tx, batch: readonly Incoming[]): Promise<{ id: MessageId; refuse: AppError }[]>;
    },
  ): void;
  handle(
    type: 'conversation_update',
    handler: { readonly from: 'anyone'; apply(tx: Tx, batch: readonly IncomingUpdate[]): Promise<void> },
  ): void;
  registerSealer(
    type: 'direct_message',
    seal: (
      fields: SealFields,
      draft: Json,
      route: { readonly sealingKey: Uint8Array },
    ) => Promise<JsonObject>,
  ): void;
  onDelivered(run: (tx: Tx, delivered: readonly Delivered[]) => Promise<void>): void;
}

export function bindMessages(post: Post, receiving: Receiving): void {
  post.handle('direct_message', { from: 'anyone', apply: (tx, batch) => receiving.receive(tx, batch) });
  post.handle('conversation_update', { from: 'anyone', apply: (tx, batch) => receiving.updated(tx, batch) });
  post.onDelivered((tx, delivered) => receiving.delivered(tx, delivered));
  post.registerSealer('direct_message', (fields, draft, { sealingKey }) =>
    // A draft is a content that was checked when it was queued.
    sealDirectMessage(fields, draft as unknown as DirectMessageContent, sealingKey),
  );
}
