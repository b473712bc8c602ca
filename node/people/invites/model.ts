// Invitations: a link with a secret, good for some people and some days, which its owner can take back. Pure.
// The secret follows from the node's master key and the invitation's id, so that the link can be shown again while
// the database alone invites nobody.
import { AppError, toBase64Url } from '#protocol';
import { createHash, createHmac } from 'node:crypto';
import { INVITES_MAX } from './limits.ts';

const SECRET_BYTES = 16;

export interface Invite {
  readonly id: string;
  readonly digest: string;
  /** For the owner alone: whom it is for. */
  readonly note: string;
  /** Whoever comes with it is a friend at once; otherwise a request like any other. */
  readonly accept: boolean;
  readonly usesMax: number;
  readonly uses: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

export type InviteState = 'open' | 'used' | 'expired' | 'revoked';

export function inviteState(invite: Invite, now: number): InviteState {
  if (invite.revokedAt !== null) return 'revoked';
  if (invite.uses >= invite.usesMax) return 'used';
  return invite.expiresAt <= now ? 'expired' : 'open';
}

/** The secret of the link, 22 characters. */
export function inviteSecret(key: Uint8Array, id: string): string {
  return toBase64Url(new Uint8Array(createHmac('sha256', key).update(id).digest().subarray(0, SECRET_BYTES)));
}

export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** What an invitation link names: the inviting node's address and the secret; undefined for anything else. */
export function inviteIn(who: string): { readonly url: string; readonly secret: string } | undefined {
  const match = /^(https?:\/\/[^\s?#]+?)\/i\/([A-Za-z0-9_-]{22})\/?$/.exec(who.trim());
  return match?.[1] === undefined || match[2] === undefined ? undefined : { url: match[1], secret: match[2] };
}

export const failures = {
  notFound: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'people/no-invite',
      safe: {
        en: 'This invitation is not valid (any more). Ask for a new one.',
        fr: "Cette invitation n'est pas ou plus valable. Demandez-en une nouvelle.",
      },
    }),
  full: (): AppError =>
    new AppError({
      category: 'limit',
      code: 'people/too-many-invites',
      safe: {
        en: `There are ${INVITES_MAX} open invitations already. Nothing was made; take some back first.`,
        fr: `Il y a déjà ${INVITES_MAX} invitations ouvertes. Rien n'a été créé ; retirez-en d'abord.`,
      },
    }),
} as const;
