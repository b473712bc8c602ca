// What somebody typed, pasted or scanned to find a person: a name, name@host, a node id, the code of an identity, or an
// invitation. Pure: it says what was given and asks nobody.

export type Given =
  | { readonly kind: 'question'; readonly text: string }
  | { readonly kind: 'node'; readonly nodeId: string }
  /** The address of an invitation's page on its maker's node. */
  | { readonly kind: 'invitation'; readonly link: string };

const IDENTITY_CODE = /^orf-id:1:(Qm[1-9A-HJ-NP-Za-km-z]{44}):/;
const INVITATION_PATH = /^\/i\/[\w-]{8,}\/?$/;

export function givenIn(text: string): Given {
  const given = text.trim();
  const nodeId = IDENTITY_CODE.exec(given.replaceAll(/\s/g, ''))?.[1];
  if (nodeId !== undefined) return { kind: 'node', nodeId };
  if (/^https?:\/\//i.test(given) && URL.canParse(given)) {
    const { pathname, href } = new URL(given);
    if (INVITATION_PATH.test(pathname)) return { kind: 'invitation', link: href };
  }
  return { kind: 'question', text: given };
}
