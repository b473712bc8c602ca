// Every bound of the installer and the supervisor, with its reason. Nothing here is a setting: what a person may
// choose is an option of install.sh, and what a node may be told is a setting of the node.

/** The port that the documentation names; the next free one is taken when it is busy. */
export const PORT_FIRST = 7701;
/** A hundred nodes on one machine; beyond that somebody should choose. */
export const PORT_LAST = 7800;

/** A node is ready within a second; a first start on a slow card under load has been given a minute. */
export const READY_MS_MAX = 60_000;
export const READY_POLL_MS = 100;
/** One answer to a health probe. */
export const PROBE_MS_MAX = 2_000;
/** Ends this early in a first start mean that it will not come up: show the log instead of waiting. */
export const FIRST_START_RESTARTS_MAX = 3;
/** Lines of the log shown after a failure. */
export const LOG_TAIL_LINES = 20;
/** Enough for LOG_TAIL_LINES lines of JSON. */
export const LOG_TAIL_BYTES = 16_384;
/** `ored init` and `config set` take under a second. */
export const COMMAND_MS_MAX = 30_000;
/** A JSON answer of `ored`. */
export const COMMAND_BYTES_MAX = 1_048_576;

/** First pause after an end: short, since most are a single crash. */
export const RESTART_MS_MIN = 250;
/** Longest pause: a node must be back within 30 s of its trouble's end. */
export const RESTART_MS_MAX = 20_000;
/** A node that has run this long was well: the next end starts again from the shortest pause. */
export const STEADY_MS = 60_000;
/** SIGTERM ends a node within 10 s; then it is stuck. */
export const STOP_MS_MAX = 12_000;
/** The supervisor's own end: the node's, and a little. */
export const SUPERVISOR_STOP_MS_MAX = 15_000;
export const STOP_POLL_MS = 50;
/** A supervisor that has ended is cleared away by the kernel within this; a longer hold is somebody else's. */
export const LOCK_WAIT_S_MAX = 5;
/** From the start of a supervisor to its record: a Node's start, on a machine that is busy. */
export const SUPERVISOR_START_MS_MAX = 20_000;

/** One log file; with LOG_FILES of them a node's logs stay under 25 MiB. */
export const LOG_BYTES_MAX = 5 * 1024 * 1024;
/** Old files kept beside the one being written. */
export const LOG_FILES = 4;
/** How often the size is looked at. */
export const LOG_CHECK_MS = 5_000;
