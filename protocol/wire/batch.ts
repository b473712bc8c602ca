// The framing of a batch (`application/orf-batch+jsonl`): canonical envelopes, each ended by one LF.
// Canonical JSON never holds a raw LF, so the framing is unambiguous. Bad framing refuses the whole batch;
// what a line holds is judged line by line. See docs/protocol.md "Batches".
import { AppError, type ErrorCode, invalid } from '../errors.ts';
import { BATCH_BYTES_MAX, BATCH_ENVELOPES_MAX } from '../limits.ts';

const LF = 0x0a;

/**
 * The lines of a batch, views into the given bytes, without their LF.
 * @throws batch/too-large, batch/too-many, batch/framing (empty batch, empty line, no LF at the end)
 */
export function splitBatch(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length > BATCH_BYTES_MAX) throw tooLarge();
  if (bytes.length === 0 || bytes[bytes.length - 1] !== LF) {
    throw invalid('batch/framing', 'A batch is one or more envelopes, each ended by LF.');
  }
  const lines: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(LF, at);
    if (end === at) throw invalid('batch/framing', 'A batch has no empty lines.');
    if (lines.length === BATCH_ENVELOPES_MAX) throw tooMany();
    lines.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return lines;
}

/** The batch of envelopes' wire bytes. @throws batch/framing, batch/too-many, batch/too-large */
export function joinBatch(envelopes: readonly Uint8Array[]): Uint8Array {
  if (envelopes.length > BATCH_ENVELOPES_MAX) throw tooMany();
  let length = envelopes.length;
  for (const envelope of envelopes) length += envelope.length;
  if (length > BATCH_BYTES_MAX) throw tooLarge();
  const out = new Uint8Array(length);
  let at = 0;
  for (const envelope of envelopes) {
    if (envelope.length === 0 || envelope.includes(LF)) {
      throw invalid('batch/framing', 'An envelope in a batch is not empty and holds no LF.');
    }
    out.set(envelope, at);
    at += envelope.length;
    out[at++] = LF;
  }
  return out;
}

function limit(code: ErrorCode, safe: string): AppError {
  return new AppError({ category: 'limit', code, safe });
}

function tooMany(): AppError {
  return limit('batch/too-many', `A batch holds at most ${BATCH_ENVELOPES_MAX} envelopes.`);
}

function tooLarge(): AppError {
  return limit('batch/too-large', `A batch may have at most ${BATCH_BYTES_MAX} bytes.`);
}
