// Every limit of the ORF wire format, with its reason. Nothing here depends on a node's configuration:
// two nodes that disagree on a limit cannot talk. Limits of storage and rates live with the areas.

/** Nesting of arrays and objects: eight levels are in use; a bound stops parser stack attacks (docs/security.md F12). */
export const DEPTH_MAX = 16;
/** Any canonical document: the largest framed body, so that no scan runs over more than one request holds. */
export const CANONICAL_BYTES_MAX = 1024 * 1024;
/** One envelope; larger content is fetched by content address. */
export const ENVELOPE_BYTES_MAX = 64 * 1024;
/** Envelopes in one batch: bounds one transaction, and the receipt that answers it. */
export const BATCH_ENVELOPES_MAX = 1000;
/** One batch: what a small node can hold in memory for each of its connections. */
export const BATCH_BYTES_MAX = 1024 * 1024;
/** A signed node record: must fit a DHT value and an introduction. */
export const RECORD_BYTES_MAX = 16 * 1024;
/** A receipt: 1,000 lines of about 200 bytes and as many heads. */
export const RECEIPT_BYTES_MAX = 512 * 1024;
/** A signed request: an identity log and a record, with room. */
export const REQUEST_BYTES_MAX = 128 * 1024;
/** A ticket travels in an HTTP header, whose usual bound is 8 KiB. */
export const TICKET_BYTES_MAX = 2 * 1024;
/** A signed object (a post with its text): fetched, never sent in an envelope when above OBJECT_TEXT_MAX. */
export const OBJECT_BYTES_MAX = 256 * 1024;
/** A signed object that travels as a string inside an envelope; for text beyond ASCII the envelope's own limit comes first. */
export const OBJECT_TEXT_MAX = 24 * 1024;
/** Clocks of requests and tickets may differ by this much; replay of envelopes is decided by seq, not by time. */
export const FRESHNESS_MS = 5 * 60 * 1000;
/** The longest life of a blob ticket. */
export const TICKET_LIFETIME_MS_MAX = 5 * 60 * 1000;
/** A server URL: scheme, host, port and a short path. */
export const SERVER_URL_CHARS_MAX = 512;
/** A message type: the longest in use has 22 characters. */
export const MESSAGE_TYPE_CHARS_MAX = 48;
/** Members of a seq that count messages; above them stands the generation. */
export const SEQ_PER_GENERATION = 2 ** 32;
/** The generation occupies what is left of 53 bits. */
export const GENERATION_MAX = 2 ** 21 - 1;
/** Seqs that one `void` message may cancel: each costs the receiver one hash. */
export const VOID_SEQS_MAX = 10_000;
/** Ranges in one `void` message. */
export const VOID_RANGES_MAX = 100;
/** Bucket sizes of a mailbox box: the relay learns the bucket only. */
export const MAILBOX_BUCKETS = [1024, 4 * 1024, 16 * 1024, 64 * 1024] as const;
/** A machine-readable reason, `area/problem`. */
export const CODE_CHARS_MAX = 64;
/** A note that goes with a request: a few sentences. */
export const NOTE_CHARS_MAX = 500;
/** A display name, in UTF-16 code units; what is shown is bounded in graphemes by names.ts. */
export const DISPLAY_NAME_CHARS_MAX = 256;
/** A profile's biography. */
export const BIO_CHARS_MAX = 2000;
/** Items in one page of a sync answer or question. */
export const SYNC_PAGE_MAX = 100;
/** A cursor is opaque to the other side. */
export const CURSOR_CHARS_MAX = 256;
/** Entries of an identity log in one `identity_update`. */
export const LOG_SUFFIX_ENTRIES_MAX = 32;
/** One entry of an identity log: about 1.6 kB, with room for a long name. */
export const LOG_ENTRY_CHARS_MAX = 4096;
/** Media of one post: a page of pictures. */
export const POST_MEDIA_MAX = 20;
/** The text of a post, in UTF-16 units: an essay; with escapes and proof it stays under OBJECT_BYTES_MAX. */
export const POST_TEXT_CHARS_MAX = 50_000;
/** Recipients spread their fetches over this time when many are told of a post at once. */
export const FETCH_SPREAD_S_MAX = 60;
/** Versions of one post: an edit a minute for a year is no post any more. */
export const POST_VERSION_MAX = 1_000_000;
/** The text of one direct message: some ten pages; longer text is a document. */
export const MESSAGE_TEXT_CHARS_MAX = 20_000;
/** Files of one direct message; with their keys and names they take about 4 kB of it. */
export const MESSAGE_ATTACHMENTS_MAX = 10;
/** One file of a direct message (plaintext), as for posts. */
export const MESSAGE_ATTACHMENT_BYTES_MAX = 50 * 1024 * 1024;
/** What stands before a post that one chooses to open; elsewhere in the fediverse it shares 500 with the text. */
export const POST_WARNING_CHARS_MAX = 500;
/** A side of a picture, in pixels: what the formats themselves can say. */
export const MEDIA_SIDE_PIXELS_MAX = 65_535;
/** A sound or film: a day. */
export const MEDIA_DURATION_MS_MAX = 24 * 3_600_000;
/** The name of an attached file. */
export const FILE_NAME_CHARS_MAX = 200;
/** A sealed direct message: in base64url, with the longest addresses around it, it still fits an envelope. */
export const DIRECT_MESSAGE_CIPHERTEXT_BYTES_MAX = 46 * 1024;
/** A BCP 47 language tag (RFC 5646 section 4.4.1 asks for room for 35). */
export const LANGUAGE_TAG_CHARS_MAX = 35;
/** An invite code is made by a node for one person to type. */
export const INVITE_CHARS_MAX = 64;

/** Entries of an identity log: one a year for a life and one a month for a decade; each costs one verification. */
export const LOG_ENTRIES_MAX = 256;
/** A whole identity log: 256 entries of the usual 1.4 kB. What a stranger's log may cost: about 50 ms of one core. */
export const LOG_BYTES_MAX = 384 * 1024;
/** A clock that runs ahead may date an entry at most this far into the future (did:webvh resolvers allow the same). */
export const LOG_FUTURE_MS_MAX = 5 * 60 * 1000;
/** The name in a DID: RFC 1035 allows 253 characters. */
export const HOST_CHARS_MAX = 253;
/** Segments of a DID's path: a registry uses two (`n`, name). */
export const DID_PATH_SEGMENTS_MAX = 4;
/** How long a node record may be valid; it is republished each 12 hours, so that three may fail. */
export const RECORD_LIFETIME_MS_MAX = 48 * 60 * 60 * 1000;
/** Addresses in a record: a node has a domain name, a LAN address, a relay or two. */
export const RECORD_URLS_MAX = 8;
/** libp2p addresses in a record: transports times addresses, and relays. */
export const RECORD_MULTIADDRS_MAX = 16;
/** One libp2p address; a relayed one over WebSocket with a domain name has about 200 characters. */
export const MULTIADDR_CHARS_MAX = 512;
/** Characters of a display name as people count them (grapheme clusters). */
export const DISPLAY_NAME_GRAPHEMES_MAX = 64;
/** Combining marks in a row: Vietnamese and Yoruba need two, Hebrew and Arabic three; more only hides what stands nearby. */
export const COMBINING_MARKS_MAX = 4;
