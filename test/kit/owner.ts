// The owner of a test node, signed in over HTTP as a browser or an app would be.
import type { TestNode } from './node.ts';

export interface Owner {
  readonly token: string;
  readonly sessionId: string;
  readonly passphrase: string;
  /** fetch with this session. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

const passphrase = 'quatre chevaux très corrects';

/** Claims a node that nobody has claimed. */
export async function claimNode(node: TestNode): Promise<Owner> {
  const status = await node.running.status();
  const token = String(status.claim_url).split('#claim=')[1] ?? '';
  return open(node, '/api/v1/claim', { token, passphrase, mode: 'bearer' });
}

/** Signs in once more, with a session of its own. */
export function signIn(node: TestNode): Promise<Owner> {
  return open(node, '/api/v1/sessions', { passphrase, mode: 'bearer' });
}

async function open(node: TestNode, path: string, body: object): Promise<Owner> {
  const answer = await node.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  const grant = (await answer.json()) as { access_token: string; session_id: string };
  return {
    token: grant.access_token,
    sessionId: grant.session_id,
    passphrase,
    fetch: (to, init) => {
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${grant.access_token}`);
      return node.fetch(to, { ...init, headers });
    },
  };
}
