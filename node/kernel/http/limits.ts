// Limits of every HTTP server in O-Red, each with its reason: node's own defaults are wider or absent.
// A route may be narrower (its contract says so), never wider without its own named limit.

/** JSON bodies of the API: a long post is under 100 KiB; files are streamed by routes that say so. */
export const JSON_BODY_BYTES_MAX = 256 * 1024;
/** Header bytes: a session cookie and a signature fit many times. */
export const HEADER_BYTES_MAX = 16 * 1024;
/** Time to send the headers: a poor phone line needs one second, a slow-loris wants minutes. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** Time to send a body that is read into memory: 1 MiB over 1 Mbit/s, and peers give up on us after the same time. */
export const BODY_MS_MAX = 10_000;
/** Time to send a whole request, uploads of 50 MB over 1 Mbit/s included. */
export const REQUEST_TIMEOUT_MS = 600_000;
/** An idle kept-alive connection is dropped; peers in a conversation come back more often. */
export const KEEP_ALIVE_MS = 65_000;
/** No byte either way for this long ends the connection; above the longest poll (30 s). */
export const SOCKET_IDLE_MS = 120_000;
/** Connections at once: 1,024 file descriptors is a common limit, and files and peers need some. */
export const CONNECTIONS_MAX = 800;
/**
 * Connections at once from one address (of IPv6, one /64): a household or an office fits behind one address, since
 * browsers open six at most, and eight such addresses are needed to fill a server. This machine and named proxies are not counted.
 */
export const CONNECTIONS_PER_ADDRESS_MAX = 100;
/** Requests on one kept-alive connection before it is renewed. */
export const REQUESTS_PER_SOCKET_MAX = 100_000;
/** A refused request may go on sending this long, so that its client gets to read why; then it is cut. */
export const LINGER_MS_MAX = 2_000;
/** A stop waits this long for requests in flight, then cuts them. */
export const DRAIN_MS_MAX = 3_000;
