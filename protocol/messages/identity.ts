// A contact's identity has grown or its addresses have changed. Verified by the log that it carries.
// A log that does not extend the pinned one is held by its receiver, never followed.
import { z } from 'zod';
import { field } from '../wire/fields.ts';
import { LOG_ENTRY_CHARS_MAX, LOG_SUFFIX_ENTRIES_MAX, RECORD_BYTES_MAX } from '../limits.ts';

export const identityUpdate = z.strictObject({
  created_at: field.timestamp,
  /** The exact bytes of the signed node record, as text. */
  record: z.string().min(2).max(RECORD_BYTES_MAX),
  /** Log entries after the one that the receiver is known to have; each the exact text of its line. */
  log_suffix: z.array(z.string().min(2).max(LOG_ENTRY_CHARS_MAX)).max(LOG_SUFFIX_ENTRIES_MAX),
});
