// Who sends and who receives: node id, server URL and username as an envelope carries them.
// The node id decides; the other two are hints: `to.username` is ignored, `from.server_url` is held against
// the sender's newest verified record. See docs/protocol.md "Envelope".
import { type NodeId, isNodeId } from '../ids.ts';
import { SERVER_URL_CHARS_MAX } from '../limits.ts';

export interface Party {
  readonly node_id: NodeId;
  /** http(s), lower-case host, no default port, no trailing slash; empty for a node that only a mailbox reaches. */
  readonly server_url: string;
  /** Empty only in `to`, where the sender does not know it. */
  readonly username: string;
}

const SERVER_URL =
  /^(https?):\/\/(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?(?:\/[A-Za-z0-9._~-]+)*$/;

/** The grammar of usernames; names.ts adds reserved and confusable names. */
export const USERNAME_SYNTAX = /^[a-z0-9][a-z0-9_-]{1,30}[a-z0-9]$/;

/** Whether the text is a server URL in its one spelling (without looking at where it leads). */
export function isServerUrl(text: string): boolean {
  if (text.length > SERVER_URL_CHARS_MAX) return false;
  const match = SERVER_URL.exec(text);
  if (match === null) return false;
  const port = match[2];
  return port === undefined || (Number(port) <= 65535 && port !== (match[1] === 'https' ? '443' : '80'));
}

/** Whether a value from canonical JSON is a party: exactly the three members. */
export function isParty(value: unknown, role: 'from' | 'to'): value is Party {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { node_id, server_url, username } = value as Record<string, unknown>;
  return (
    Object.keys(value).length === 3 &&
    typeof node_id === 'string' &&
    typeof server_url === 'string' &&
    typeof username === 'string' &&
    isNodeId(node_id) &&
    (server_url === '' || isServerUrl(server_url)) &&
    (USERNAME_SYNTAX.test(username) || (role === 'to' && username === ''))
  );
}
