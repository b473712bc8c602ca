// The single pass over the bytes behind canonical.ts: a recursive descent that allocates nothing per character.
// It is on the path of every inbound message. Depth is bounded, so recursion is too.
// RFC 8785 (JCS), RFC 8259 (grammar), RFC 3629 (UTF-8); profile in docs/protocol.md "Canonical form".
import { type AppError, type ErrorCode, invalid } from './errors.ts';
import { DEPTH_MAX } from './limits.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** 1 for each byte that stands for itself in a string: ASCII from space on, but not the quote and the backslash. */
const PLAIN = new Uint8Array(256);
PLAIN.fill(1, 0x20, 0x80);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

/** Control characters that JCS writes as two characters; all others below space are \u00xx. */
const SHORT = new Map<number, number>([
  [0x62, 0x08],
  [0x74, 0x09],
  [0x6e, 0x0a],
  [0x66, 0x0c],
  [0x72, 0x0d],
]);
const SHORT_CONTROLS = new Set(SHORT.values());

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];
const MAX_SAFE_DIGITS = '9007199254740991';

const MESSAGES = {
  'canonical/syntax': 'This is not JSON.',
  'canonical/utf8': 'This is not valid UTF-8 without a byte order mark.',
  'canonical/lone-surrogate': 'A string holds half of a surrogate pair.',
  'canonical/nul': 'A string holds U+0000.',
  'canonical/number': 'Numbers are integers from -(2^53-1) to 2^53-1, and -0 is not written.',
  'canonical/depth': `A document nests at most ${DEPTH_MAX} levels.`,
  'canonical/duplicate-key': 'An object has the same key twice.',
  'canonical/forbidden-key': 'The keys __proto__, constructor and prototype are not allowed.',
  'canonical/not-canonical': 'This is JSON, but not in its canonical form (RFC 8785).',
} as const satisfies Record<ErrorCode, string>;

export class CanonicalScanner {
  private readonly bytes: Uint8Array;
  private readonly end: number;
  private at = 0;
  private depth = 0;
  /** Set by `string()`: whether the last string had an escape, so that its bytes do not sort as its characters. */
  private escaped = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /** Flat `[keyStart, start, end]` of the members of a top-level object; empty for another value. @throws canonical/* */
  scan(): number[] {
    const { bytes } = this;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw this.fault('canonical/utf8');
    const members: number[] = [];
    if (bytes[0] === OPEN_OBJECT) this.object(members);
    else this.value();
    if (this.at < this.end) throw this.stray();
    return members;
  }

  private value(): void {
    if (this.at >= this.end) throw this.fault('canonical/syntax');
    const byte = this.bytes[this.at] as number;
    if (byte === QUOTE) this.string();
    else if (byte === OPEN_OBJECT) this.object(undefined);
    else if (byte === OPEN_ARRAY) this.array();
    else if (byte === MINUS || (byte >= ZERO && byte <= NINE)) this.number();
    else if (byte === 0x74) this.literal('true');
    else if (byte === 0x66) this.literal('false');
    else if (byte === 0x6e) this.literal('null');
    else throw this.stray();
  }

  private object(members: number[] | undefined): void {
    this.enter();
    if (this.peek() === CLOSE_OBJECT) {
      this.leave();
      return;
    }
    let previousStart = -1;
    let previousEnd = -1;
    let previousEscaped = false;
    for (;;) {
      if (this.peek() !== QUOTE) throw this.stray();
      const keyStart = this.at;
      this.string();
      const keyEnd = this.at;
      const escaped = this.escaped;
      if (previousStart >= 0) {
        this.ordered(previousStart, previousEnd, keyStart, keyEnd, previousEscaped || escaped);
      }
      const length = keyEnd - keyStart - 2;
      if (length === 9 || length === 11) this.allowed(keyStart + 1, length);
      if (this.peek() !== COLON) throw this.stray();
      this.at++;
      const start = this.at;
      this.value();
      if (members !== undefined) members.push(keyStart, start, this.at);
      const next = this.peek();
      if (next === CLOSE_OBJECT) break;
      if (next !== COMMA) throw this.stray();
      this.at++;
      previousStart = keyStart;
      previousEnd = keyEnd;
      previousEscaped = escaped;
    }
    this.leave();
  }

  private array(): void {
    this.enter();
    if (this.peek() === CLOSE_ARRAY) {
      this.leave();
      return;
    }
    for (;;) {
      this.value();
      const next = this.peek();
      if (next === CLOSE_ARRAY) break;
      if (next !== COMMA) throw this.stray();
      this.at++;
    }
    this.leave();
  }

  private enter(): void {
    if (++this.depth > DEPTH_MAX) throw this.fault('canonical/depth');
    this.at++;
  }

  private leave(): void {
    this.depth--;
    this.at++;
  }

  private string(): void {
    const { bytes, end } = this;
    let at = this.at + 1;
    this.escaped = false;
    for (;;) {
      while (at < end && PLAIN[bytes[at] as number] === 1) at++;
      if (at >= end) throw this.fault('canonical/syntax');
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        this.escaped = true;
        at = this.escape(at);
      } else if (byte >= 0x80) at = this.multibyte(at, byte);
      else throw this.fault('canonical/syntax');
    }
    this.at = at + 1;
  }

  /** Checks the escape at a backslash and returns the position after it. */
  private escape(at: number): number {
    const kind = at + 1 < this.end ? (this.bytes[at + 1] as number) : 0;
    if (kind === QUOTE || kind === BACKSLASH || SHORT.has(kind)) return at + 2;
    if (kind === 0x2f) throw this.fault('canonical/not-canonical');
    if (kind !== 0x75) throw this.fault('canonical/syntax');
    const unit = this.unit(at + 2);
    if (unit === 0) throw this.fault('canonical/nul');
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const pair = unit < 0xdc00 && this.bytes[at + 6] === BACKSLASH && this.bytes[at + 7] === 0x75;
      const low = pair ? this.unit(at + 8) : 0;
      const lone = low < 0xdc00 || low > 0xdfff;
      throw this.fault(lone ? 'canonical/lone-surrogate' : 'canonical/not-canonical');
    }
    // Upper-case digits, characters that stand for themselves, and those with a short form have another spelling.
    const upper = (byte: number): boolean => byte >= 0x41 && byte <= 0x46;
    if (unit >= 0x20 || SHORT_CONTROLS.has(unit) || upper(this.bytes[at + 5] as number)) {
      throw this.fault('canonical/not-canonical');
    }
    return at + 6;
  }

  /** The value of four hexadecimal digits. */
  private unit(at: number): number {
    let value = 0;
    for (let i = at; i < at + 4; i++) {
      const byte = i < this.end ? (this.bytes[i] as number) : 0;
      const lower = byte | 0x20;
      if (byte >= ZERO && byte <= NINE) value = value * 16 + byte - ZERO;
      else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
      else throw this.fault('canonical/syntax');
    }
    return value;
  }

  /** Checks one UTF-8 sequence (RFC 3629 section 4: no overlong form, no surrogate, at most U+10FFFF). */
  private multibyte(at: number, lead: number): number {
    let low = 0x80;
    let high = 0xbf;
    let more: number;
    if (lead >= 0xc2 && lead <= 0xdf) more = 1;
    else if (lead >= 0xe0 && lead <= 0xef) {
      more = 2;
      if (lead === 0xe0) low = 0xa0;
      else if (lead === 0xed) high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      more = 3;
      if (lead === 0xf0) low = 0x90;
      else if (lead === 0xf4) high = 0x8f;
    } else throw this.fault('canonical/utf8');
    if (at + more >= this.end) throw this.fault('canonical/utf8');
    const second = this.bytes[at + 1] as number;
    if (second < low || second > high) throw this.fault('canonical/utf8');
    for (let i = at + 2; i <= at + more; i++) {
      if (((this.bytes[i] as number) & 0xc0) !== 0x80) throw this.fault('canonical/utf8');
    }
    return at + more + 1;
  }

  private number(): void {
    const { bytes, end } = this;
    let at = this.at;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    const start = at;
    while (at < end && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at++;
    const digits = at - start;
    if (digits === 0) throw this.fault('canonical/syntax');
    const leadingZero = bytes[start] === ZERO;
    if (leadingZero && digits > 1) throw this.fault('canonical/syntax');
    const next = at < end ? (bytes[at] as number) : 0;
    if (next === 0x2e || next === 0x65 || next === 0x45 || (negative && leadingZero)) {
      throw this.fault('canonical/number');
    }
    if (digits >= MAX_SAFE_DIGITS.length && !this.safe(start, digits)) throw this.fault('canonical/number');
    this.at = at;
  }

  private safe(start: number, digits: number): boolean {
    if (digits > MAX_SAFE_DIGITS.length) return false;
    for (let i = 0; i < digits; i++) {
      const difference = (this.bytes[start + i] as number) - MAX_SAFE_DIGITS.charCodeAt(i);
      if (difference !== 0) return difference < 0;
    }
    return true;
  }

  private literal(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.at + i] !== word.charCodeAt(i)) throw this.fault('canonical/syntax');
    }
    this.at += word.length;
  }

  /** Checks that a key comes after the previous one in the order of UTF-16 code units (RFC 8785 section 3.2.3). */
  private ordered(aStart: number, aEnd: number, bStart: number, bEnd: number, escaped: boolean): void {
    const order = escaped
      ? this.compareDecoded(aStart, aEnd, bStart, bEnd)
      : this.compareBytes(aStart + 1, aEnd - 1, bStart + 1, bEnd - 1);
    if (order === 0) throw this.fault('canonical/duplicate-key');
    if (order > 0) throw this.fault('canonical/not-canonical');
  }

  private compareBytes(aAt: number, aEnd: number, bAt: number, bEnd: number): number {
    const { bytes } = this;
    while (aAt < aEnd && bAt < bEnd) {
      const a = bytes[aAt++] as number;
      const b = bytes[bAt++] as number;
      if (a !== b) {
        // UTF-8 sorts as UTF-16 does, except that surrogates (lead byte F0 to F4) come before U+E000 to U+FFFF (EE, EF).
        if (a >= 0xee && b >= 0xee && a >= 0xf0 !== b >= 0xf0) return b - a;
        return a - b;
      }
    }
    return aEnd - aAt - (bEnd - bAt);
  }

  private compareDecoded(aStart: number, aEnd: number, bStart: number, bEnd: number): number {
    const decode = (start: number, end: number): string =>
      JSON.parse(new TextDecoder().decode(this.bytes.subarray(start, end))) as string;
    const a = decode(aStart, aEnd);
    const b = decode(bStart, bEnd);
    return a === b ? 0 : a < b ? -1 : 1;
  }

  /** JSON.parse makes an own property of __proto__, but one careless copy afterwards sets a prototype. */
  private allowed(start: number, length: number): void {
    for (const word of FORBIDDEN) {
      if (word.length !== length) continue;
      let i = 0;
      while (i < length && this.bytes[start + i] === word.charCodeAt(i)) i++;
      if (i === length) throw this.fault('canonical/forbidden-key');
    }
  }

  private peek(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : 0;
  }

  /** The fault for a byte that no canonical document has here: white space is valid JSON, anything else is not. */
  private stray(): AppError {
    const byte = this.peek();
    const space = byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
    return this.fault(space ? 'canonical/not-canonical' : 'canonical/syntax');
  }

  private fault(code: keyof typeof MESSAGES): AppError {
    return invalid(code, MESSAGES[code]);
  }
}
