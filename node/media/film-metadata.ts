// Takes out of a film or sound what tells where and by which device it was made: phones write their position into it.
// Boxes of metadata in an ISO base media file (ISO/IEC 14496-12; MP4, QuickTime, 3GP) become free space of the same
// length, so that every offset in the file stays right and it streams through. What is no such file passes unchanged.

/** Types of this family of containers. */
const family: ReadonlySet<string> = new Set([
  'video/mp4',
  'video/quicktime',
  'video/x-m4v',
  'video/3gpp',
  'video/3gpp2',
  'audio/mp4',
  'audio/x-m4a',
]);
/** Boxes that hold boxes, as far as metadata stand in them. */
const containers: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia']);
/** User data (`©xyz`, `loci`), metadata items (`com.apple.quicktime.location.ISO6709`), and XMP. */
const metadata: ReadonlySet<string> = new Set(['udta', 'meta', 'uuid']);

/** A length in 32 bits and a type; a length of 1 says that 64 bits follow. */
const HEAD_BYTES = 8;
const LONG_HEAD_BYTES = 16;

export function mayTellPlaces(type: string): boolean {
  return family.has(type.split(';')[0] ?? '');
}

/** The same bytes, with zeros where metadata stood. */
export async function* withoutPlaces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walk = createWalk();
  for await (const chunk of source) yield* walk.feed(chunk);
  yield* walk.end();
}

interface Box {
  readonly type: string;
  readonly headBytes: number;
  /** With its head; infinite for one that reaches to the end. */
  readonly bytes: number;
}

function createWalk(): {
  feed(chunk: Uint8Array): Generator<Uint8Array>;
  end(): Generator<Uint8Array>;
} {
  /** Where the containers end that are open. */
  const ends: number[] = [];
  let held: Buffer = Buffer.alloc(0);
  let at = 0;
  /** Bytes of the present box that are still to pass. */
  let left = 0;
  let blank = false;

  const enter = (box: Box | undefined): Buffer => {
    while ((ends.at(-1) ?? Number.POSITIVE_INFINITY) <= at) ends.pop();
    const end = ends.at(-1) ?? Number.POSITIVE_INFINITY;
    // Broken, or not what it seemed: nothing that follows can be told apart.
    if (box === undefined || at + box.bytes > end) {
      left = Number.POSITIVE_INFINITY;
      blank = false;
      return Buffer.alloc(0);
    }
    const head = Buffer.from(held.subarray(0, box.headBytes));
    blank = metadata.has(box.type);
    if (blank) head.write('free', 4, 'latin1');
    if (containers.has(box.type)) ends.push(at + box.bytes);
    else left = box.bytes - box.headBytes;
    return head;
  };

  return {
    *feed(chunk) {
      held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
      for (;;) {
        if (left > 0) {
          const part = held.subarray(0, Math.min(left, held.length));
          if (part.length === 0) return;
          yield blank ? Buffer.alloc(part.length) : part;
          left -= part.length;
          at += part.length;
          held = held.subarray(part.length);
          continue;
        }
        if (held.length < HEAD_BYTES || (held.readUInt32BE(0) === 1 && held.length < LONG_HEAD_BYTES)) return;
        const head = enter(boxAt(held));
        if (head.length === 0) continue;
        yield head;
        at += head.length;
        held = held.subarray(head.length);
      }
    },
    *end() {
      if (held.length > 0) yield held;
    },
  };
}

/** The box whose head these bytes begin with; undefined where its length cannot be one. */
function boxAt(bytes: Buffer): Box | undefined {
  const type = bytes.toString('latin1', 4, HEAD_BYTES);
  const short = bytes.readUInt32BE(0);
  if (short === 0) return { type, headBytes: HEAD_BYTES, bytes: Number.POSITIVE_INFINITY };
  if (short !== 1) return short < HEAD_BYTES ? undefined : { type, headBytes: HEAD_BYTES, bytes: short };
  const long = Number(bytes.readBigUInt64BE(HEAD_BYTES));
  return long < LONG_HEAD_BYTES ? undefined : { type, headBytes: LONG_HEAD_BYTES, bytes: long };
}
