// Looks for something in bytes, in every form that a program would leave it in: as it is, UTF-16, JSON escapes,
// hexadecimal, and base64 (both alphabets) whatever stands before it.

/** The forms of one text or key as bytes to look for. */
export function formsOf(needle: string | Uint8Array): Buffer[] {
  const raw = Buffer.from(needle);
  const hex = raw.toString('hex');
  const words = [hex, hex.toUpperCase(), ...base64Cores(raw)];
  const forms = [raw, ...words.map((word) => Buffer.from(word)), ...words.map(utf16)];
  if (typeof needle === 'string') forms.push(utf16(needle), utf16(needle).swap16(), escaped(needle));
  return forms;
}

/** The first form of `needle` that `haystack` holds, or undefined. */
export function findForm(haystack: Buffer, needle: string | Uint8Array): Buffer | undefined {
  return formsOf(needle).find((form) => haystack.includes(form));
}

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

const escaped = (text: string): Buffer =>
  Buffer.from(
    JSON.stringify(text)
      .slice(1, -1)
      .replaceAll(
        /[\u{80}-\u{ffff}]/gu,
        (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
  );

/** What base64 of these bytes looks like after 0, 1 or 2 bytes of something else, without what neighbours change. */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const core = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
