// Every message type with its payload's schema: the list that docs/protocol.md "Message types" explains.
// A payload that does not fit, or a type that is not here, is refused after its signature has been checked.
import type { z } from 'zod';
import type { JsonObject } from '../canonical.ts';
import { invalid } from '../errors.ts';
import { checkShape } from '../wire/signed.ts';
import { activityUpdate } from './activity.ts';
import { blobTicket, contentGet, contentSync, profileGet } from './content.ts';
import { conversationUpdate } from './conversations.ts';
import { directMessage } from './direct-message.ts';
import { connectionEnd, friendRequest, friendResponse } from './friends.ts';
import { identityUpdate } from './identity.ts';
import { postDelete, postReaction, postReply, postShare } from './posts.ts';
import { voidRanges } from './void.ts';

export {
  type DirectMessageContent,
  directMessageContent,
  directMessagePlaintext,
  openDirectMessage,
  sealDirectMessage,
} from './direct-message.ts';
export { type Visibility, visibility } from './posts.ts';
export * from './post-objects.ts';
export { cleanText, isCleanText } from './text.ts';

export const messageSchemas = {
  friend_request: friendRequest,
  friend_response: friendResponse,
  connection_end: connectionEnd,
  post_share: postShare,
  post_delete: postDelete,
  post_reply: postReply,
  post_reaction: postReaction,
  direct_message: directMessage,
  conversation_update: conversationUpdate,
  activity_update: activityUpdate,
  content_sync: contentSync,
  content_get: contentGet,
  profile_get: profileGet,
  blob_ticket: blobTicket,
  identity_update: identityUpdate,
  void: voidRanges,
} as const satisfies Record<string, z.ZodType>;

export type MessageType = keyof typeof messageSchemas;

/** The payload of a message type. */
export type Payload<T extends MessageType> = z.infer<(typeof messageSchemas)[T]>;

/** Whether this version of the protocol knows the type. */
export function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(messageSchemas, type);
}

/** @throws message/unknown-type */
export function parseMessageType(type: string): MessageType {
  if (!isMessageType(type))
    throw invalid('message/unknown-type', 'This node does not know this type of message.');
  return type;
}

/** The payload of an envelope, checked against its type. @throws message/payload */
export function parsePayload<T extends MessageType>(type: T, payload: JsonObject): Payload<T> {
  const schema = messageSchemas[type] as unknown as z.ZodType<Payload<T>>;
  return checkShape(schema, payload, 'message/payload');
}
