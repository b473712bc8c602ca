// A person leaves a conversation, or comes back to it. The words themselves are `direct_message`, always sealed; this
// carries none. See docs/protocol.md "Leaving a conversation".
import { z } from 'zod';
import { field } from '../wire/fields.ts';

/** `left`: the sender takes no more direct messages of the receiver; `open`: it does again. */
export const conversationUpdate = z.strictObject({
  created_at: field.timestamp,
  state: z.enum(['left', 'open']),
});
