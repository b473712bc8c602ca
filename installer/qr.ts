// Shows an address as a QR code in the terminal: two rows of the code in one line of text (ISO/IEC 18004).
// Prints nothing itself, so that what is on standard output is decided in one place.
import { renderUnicodeCompact } from 'uqr';

/** Lines of block characters for a text of at most a few hundred characters. */
export function qrText(text: string): string {
  return renderUnicodeCompact(text, { border: 2 });
}
