// Limits of the edge, each with its reason: stopping, live connections, the command line, the doctor's thresholds.
// Limits of HTTP itself stand in node/kernel/limits.ts, those of messages in protocol/limits.ts.

/** A stop is over within this time, or is cut: scripts and service managers count on ten seconds. */
export const STOP_MS_MAX = 9_000;
/** The ready check asks the socket; a machine under load answers within this time. */
export const SOCKET_CHECK_MS_MAX = 2_000;
/** A ready answer is kept this long, so that a monitor or a stranger cannot make the node busy with checks. */
export const READY_KEPT_MS = 1_000;
/** Live connections at once: an owner's devices and tabs. */
export const LIVE_CONNECTIONS_MAX = 64;
/** A live client only sends its pongs; anything longer is not one of ours. */
export const LIVE_MESSAGE_BYTES_MAX = 1_024;
/** Events read and told in one message; the next are read when it has left. */
export const LIVE_BATCH_MAX = 100;
/** Events replayed to a client that comes back: beyond this fetching what is shown is cheaper than the list of it. */
export const LIVE_REPLAY_MAX = 5_000;
/** A client that does not take its message for this long is closed; it resumes with its cursor. */
export const LIVE_STALL_MS_MAX = 30_000;
/** How long a client that is closed may take to answer; a slow one, to read why. */
export const LIVE_GOODBYE_MS = 500;
export const LIVE_SLOW_GOODBYE_MS = 10_000;
/** A beat keeps middle boxes from dropping an idle connection, finds dead ones, and moves the cursor along. */
export const LIVE_BEAT_MS = 30_000;
/** The longest that an asking client waits for news; under the server's idle limit. */
export const CHANGES_WAIT_S_MAX = 25;
/** TEXT from standard input: longer than any post or message may be, so that the node says the real limit. */
export const STDIN_BYTES_MAX = 1024 * 1024;
/** An answer of the node to one CLI call: a page of 100 long posts. */
export const CALL_ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** A CLI call waits this long: a look-up in a slow registry, an upload of 50 MB. */
export const CALL_MS_MAX = 120_000;
/** Free space under which the doctor warns, and fails: SQLite needs room for its log. */
export const DISK_BYTES_WARN = 1024 ** 3;
export const DISK_BYTES_FAIL = 100 * 1024 ** 2;
/** A clock further off than this breaks signed requests, which are fresh for five minutes. */
export const CLOCK_OFF_MS_WARN = 30_000;
export const CLOCK_OFF_MS_FAIL = 240_000;
