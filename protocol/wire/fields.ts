// zod schemas of the protocol's own scalar types, so that every message and document bounds them the same way.
// Each accepts exactly what its parser in ids.ts, party.ts or timestamp.ts accepts.
import { z } from 'zod';
import { fromBase64Url } from '../bytes.ts';
import {
  type Cid,
  type MessageId,
  type NodeId,
  type Uri,
  isCid,
  isMessageId,
  isNodeId,
  isUri,
} from '../ids.ts';
import { CODE_CHARS_MAX } from '../limits.ts';
import { USERNAME_SYNTAX, isServerUrl } from './party.ts';
import { isTimestamp } from '../timestamp.ts';

/** A string schema that yields the branded type which its predicate establishes. */
function branded<T extends string>(is: (text: string) => text is T, message: string): z.ZodType<T> {
  return z.string().refine(is, message);
}

/** Base64url without padding, of exactly `bytes` bytes, or of up to `bytesMax`. */
function base64Url(size: { readonly bytes: number } | { readonly bytesMax: number }): z.ZodType<string> {
  const exact = 'bytes' in size ? size.bytes : undefined;
  const charsMax = Math.ceil(((exact ?? ('bytesMax' in size ? size.bytesMax : 0)) * 4) / 3);
  return z
    .string()
    .min(1)
    .max(charsMax)
    .refine((text) => {
      try {
        fromBase64Url(text, exact);
        return true;
      } catch {
        return false; // the predicate's answer; zod reports it with the path
      }
    }, 'expected unpadded base64url of the right length');
}

export const field = {
  nodeId: branded<NodeId>(isNodeId, 'expected a node id'),
  messageId: branded<MessageId>(isMessageId, 'expected a UUIDv7 in lower case'),
  cid: branded<Cid>(isCid, 'expected a content address'),
  uri: branded<Uri>(isUri, 'expected an orf:// address'),
  timestamp: z.string().refine(isTimestamp, 'expected YYYY-MM-DDThh:mm:ss.sssZ'),
  serverUrl: z.string().refine(isServerUrl, 'expected a server URL'),
  username: z.string().regex(USERNAME_SYNTAX, 'expected a username'),
  /** A machine-readable reason: `area/problem`. */
  code: z
    .string()
    .max(CODE_CHARS_MAX)
    .regex(/^[a-z][a-z0-9-]*\/[a-z0-9-]+$/, 'expected area/problem'),
  seq: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  count: (max: number) => z.number().int().min(0).max(max),
  text: (charsMax: number) => z.string().max(charsMax),
  base64Url,
  signature: base64Url({ bytes: 64 }),
} as const;
