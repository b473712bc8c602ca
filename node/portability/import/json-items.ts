// The members of one list in a JSON document that is too large for memory: each is cut out of the bytes and given
// whole. Only one member is held at a time; one over its bound is passed over, a broken document is refused.
import { failures, ITEM_BYTES_MAX } from './model.ts';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** A key at the top; longer ones are not ours. */
const KEY_BYTES_MAX = 100;

/** One member: its JSON value, or why it was passed over. */
export type JsonItem = { readonly value: unknown } | { readonly skipped: 'malformed' | 'too-large' };

/** The members of the list under `key` at the top of the document. @throws portability/outbox-unprocessable */
export async function* jsonItems(source: AsyncIterable<Uint8Array>, key: string): AsyncGenerator<JsonItem> {
  const scan = createScan(key);
  for await (const chunk of source) yield* scan.feed(chunk);
  scan.end();
}

interface Scan {
  feed(chunk: Uint8Array): Generator<JsonItem>;
  /** @throws portability/outbox-unprocessable unless the document is closed and had the list */
  end(): void;
}

function createScan(wanted: string): Scan {
  let depth = 0;
  let inString = false;
  let escaped = false;
  /** What the string read last at the top was: the key, once a colon follows. */
  let word: number[] = [];
  let key = '';
  let inList = false;
  let found = false;
  let closed = false;
  const member = createMember();

  return {
    *feed(chunk) {
      let from = 0;
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at] as number;
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) inString = false;
          if (inString && depth === 1 && word.length < KEY_BYTES_MAX) word.push(byte);
          continue;
        }
        switch (byte) {
          case QUOTE:
            inString = true;
            if (depth === 1) word = [];
            break;
          case COLON:
            if (depth === 1) key = Buffer.from(word).toString('utf8');
            break;
          case OPEN_LIST:
          case OPEN_OBJECT:
            if (closed || (depth === 0 && byte === OPEN_LIST)) throw failures.outbox();
            depth += 1;
            if (depth === 2 && byte === OPEN_LIST && key === wanted && !found) {
              inList = true;
              found = true;
              member.begin();
              from = at + 1;
            }
            break;
          case CLOSE_LIST:
          case CLOSE_OBJECT:
            depth -= 1;
            if (depth < 0) throw failures.outbox();
            if (depth === 0) closed = true;
            if (depth === 1 && inList) {
              member.add(chunk.subarray(from, at));
              yield* member.end();
              inList = false;
            }
            break;
          case COMMA:
            if (depth === 2 && inList) {
              member.add(chunk.subarray(from, at));
              yield* member.end();
              member.begin();
              from = at + 1;
            }
            break;
          default:
        }
      }
      if (inList) member.add(chunk.subarray(from));
    },
    end() {
      if (!closed || !found) throw failures.outbox();
    },
  };
}

/** The bytes of one member, kept up to their bound. */
function createMember(): {
  begin(): void;
  add(bytes: Uint8Array): void;
  /** The member, or nothing where there is only white space. */
  end(): JsonItem[];
} {
  let parts: Uint8Array[] = [];
  let length = 0;
  const begin = (): void => {
    parts = [];
    length = 0;
  };
  return {
    begin,
    add(bytes) {
      length += bytes.length;
      // Beyond its bound a member is counted, not kept. A copy, since the chunk is used again.
      if (length > ITEM_BYTES_MAX) parts = [];
      else parts.push(bytes.slice());
    },
    end() {
      if (length > ITEM_BYTES_MAX) return [{ skipped: 'too-large' }];
      const text = Buffer.concat(parts).toString('utf8').trim();
      begin();
      if (text === '') return [];
      try {
        return [{ value: JSON.parse(text) as unknown }];
      } catch {
        return [{ skipped: 'malformed' }]; // The members beside it may well be whole.
      }
    },
  };
}
