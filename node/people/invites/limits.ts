// The bounds of invitations, for the contract and the service alike.
// Each with its reason; none is a secret.

/** Invitations that are kept, spent ones among them; the oldest spent ones make room. */
export const INVITES_MAX = 200;
/** A class or a congress; whoever wants more has a public address. */
export const INVITE_USES_MAX = 1_000;
export const INVITE_DAYS_MAX = 365;
