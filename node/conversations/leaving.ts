// Leaving a conversation, and coming back: on this node at once, and the other learns it. Nothing of it is deleted.
// What comes from who has been left is refused by receiving.ts; docs/protocol.md "Leaving a conversation".
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import { isoTime } from '#kernel/ports.ts';
import type { NodeId } from '#protocol';
import { failures, LEAVING_CANCELS_MAX } from './model.ts';
import { peerNamed } from './naming.ts';
import type { ConversationsHost, IncomingUpdate, Mail } from './ports.ts';
import * as store from './store.ts';

export interface Leaving {
  /** Takes nothing more of the other side, and tells its node. @throws conversations/no-conversation */
  leave(who: string, actor: Actor): Promise<NodeId>;
  /** Undoes `leave`. @throws conversations/no-conversation */
  reopen(who: string, actor: Actor): Promise<NodeId>;
}

export function createLeaving(host: ConversationsHost): Leaving {
  const move = async (who: string, to: 'left' | 'open', actor: Actor): Promise<NodeId> => {
    const peer = await peerNamed(host, who);
    await host.db.write(async (tx) => {
      const thread = (await store.readThreads(tx, [peer])).get(peer);
      if (thread?.status !== (to === 'left' ? 'open' : 'left')) throw failures.noConversation();
      await store.setThread(tx, peer, { status: to, unread: 0 });
      await host.mail.sendUpdate(tx, peer, { created_at: isoTime(host.clock.now()), state: to });
      const type = to === 'left' ? 'conversations.left' : 'conversations.reopened';
      await host.events.append(tx, [{ type, subject: peer, actor: actorToString(actor) }]);
    });
    return peer;
  };
  return {
    leave: (who, actor) => move(who, 'left', actor),
    reopen: (who, actor) => move(who, 'open', actor),
  };
}

/** Notes that others have left or are back, in the order in which they say so; a stranger's word changes nothing. */
export async function noteUpdates(
  host: { readonly events: Events; readonly mail: Pick<Mail, 'withdraw'> },
  tx: Tx,
  batch: readonly IncomingUpdate[],
): Promise<void> {
  for (const { from, payload } of batch) {
    const left = payload.state === 'left';
    if (!(await store.setThread(tx, from, { they_left: left ? 1 : 0 }))) continue;
    if (left) {
      const ids = await store.listUnsettled(tx, from, LEAVING_CANCELS_MAX);
      const { code } = failures.left();
      const cancelled = (await host.mail.withdraw(tx, ids)).map((id) => ({ id, state: 'cancelled', code }));
      await store.setDelivery(tx, cancelled);
    }
    const type = left ? 'conversations.they-left' : 'conversations.they-returned';
    await host.events.append(tx, [{ type, subject: from, actor: `node:${from}` }]);
  }
}
