// Every limit of a registry, each with its reason. The sizes of boxes are the protocol's (MAILBOX_BUCKETS).
// Shares of a mailbox and the two weeks are decisions of docs/protocol.md "Mailboxes"; the rates are this program's own.

/** A mailbox's boxes: what a talkative friend circle sends in a week of absence. */
export const MAILBOX_ITEMS_MAX = 1_000;
export const MAILBOX_BYTES_MAX = 10 * 1024 * 1024;
/** One depositor's share of a mailbox, 5 %: nobody fills it alone. */
export const DEPOSITOR_ITEMS_MAX = MAILBOX_ITEMS_MAX / 20;
export const DEPOSITOR_BYTES_MAX = MAILBOX_BYTES_MAX / 20;
/** Depositors that the recipient does not know may fill half of it; the rest is kept for contacts. */
export const STRANGERS_SHARE = 0.5;
/** A box that nobody collected is dropped after this; the sender's own queue outlives it. */
export const MAILBOX_KEPT_MS = 14 * 24 * 3_600_000;
/** Contact digests a recipient may deposit: a large circle. */
export const CONTACT_DIGESTS_MAX = 5_000;
/** Boxes in one answer to a collection: with the largest boxes this is about 3 MiB of JSON. */
export const COLLECT_ITEMS_MAX = 32;
/** Longest poll: below the 30 s after which middleboxes and phones cut idle connections. */
export const COLLECT_WAIT_S_MAX = 25;
/** Polls waiting at once: each costs a connection and about 10 kB. */
export const POLLERS_MAX = 600;
export const ACKNOWLEDGE_ITEMS_MAX = 1_000;
/** A challenge is answered within this; long enough for a slow line. */
export const CHALLENGE_MS = 120_000;
/** Used challenges and seen request ids remembered; each lives minutes, and only valid signatures get in. */
export const SEEN_IDS_MAX = 200_000;
/** The username of a closed identity is kept this long, so that contacts who were away learn of the end first. */
export const CLOSED_NAME_KEPT_MS = 180 * 24 * 3_600_000;
/** One whose record nobody has renewed this long is taken for abandoned; nodes renew each day, and people come back. */
export const EXPIRED_NAME_KEPT_MS = 2 * 365 * 24 * 3_600_000;
/** A node is shown as online this long after its last sign of life; nodes give one each minute. */
export const ONLINE_MS = 150_000;
/** Signs of life are written together this often, so that a heartbeat costs no transaction. */
export const SEEN_FLUSH_MS = 10_000;
export const PAGE_ITEMS_MAX = 100;
/** Register bodies: an identity log, a 16 KiB record, a listing. */
export const REGISTER_BYTES_MAX = 512 * 1024;

/** One household or office: a sign-up now and then. */
export const registerRate = { burst: 30, perSecond: 0.1 } as const;
/** Looking people up, typed or by a node that starts. */
export const lookupRate = { burst: 300, perSecond: 5 } as const;
/** What one registered node sends to mailboxes. */
export const depositRate = { burst: 200, perSecond: 5 } as const;
/** Collections and acknowledgements of one node: a poll a second when much is waiting. */
export const collectRate = { burst: 60, perSecond: 2 } as const;
