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
  /** Parts of the member being read; undefined between members. */
  let parts: Uint8Array[] | undefined;
  let length = 0;

  const flush = (): JsonItem | undefined => {
    const bytes = parts;
    parts = undefined;
    if (bytes === undefined) return undefined;
    if (length > ITEM_BYTES_MAX) return { skipped: 'too-large' };
    const text = Buffer.concat(bytes).toString('utf8').trim();
    if (text === '') return undefined;
    try {
      return { value: JSON.parse(text) as unknown };
    } catch {
      return { skipped: 'malformed' }; // The members beside it may well be whole.
    }
  };
  const start = (): void => {
    parts = [];
    length = 0;
  };
  const keep = (bytes: Uint8Array): void => {
    length += bytes.length;
    // Beyond its bound a member is counted, not kept.
    if (length <= ITEM_BYTES_MAX) parts?.push(bytes.slice());
    else parts = [];
  };

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
              start();
              from = at + 1;
            }
            break;
          case CLOSE_LIST:
          case CLOSE_OBJECT:
            depth -= 1;
            if (depth < 0) throw failures.outbox();
            if (depth === 0) closed = true;
            if (depth === 1 && inList) {
              keep(chunk.subarray(from, at));
              const last = flush();
              if (last !== undefined) yield last;
              inList = false;
            }
            break;
          case COMMA:
            if (depth === 2 && inList) {
              keep(chunk.subarray(from, at));
              const item = flush();
              if (item !== undefined) yield item;
              start();
              from = at + 1;
            }
            break;
          default:
        }
      }
      if (inList) keep(chunk.subarray(from));
    },
    end() {
      if (!closed || !found) throw failures.outbox();
    },
  };
}
