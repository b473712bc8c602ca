// A QR code as one SVG path: sharp on paper, dark on light in both themes, since many readers refuse the inverse.
// It carries a label, because what it holds must also be readable without a camera beside it.
import { useMemo, type ReactNode } from 'react';
import { encode } from 'uqr';

export interface QrCodeProps {
  readonly value: string;
  /** What it is, for who cannot see it: "QR code of your recovery kit". */
  readonly label: string;
}

/** Quiet zone that readers need around the code, in modules (ISO/IEC 18004 asks for four). */
const BORDER = 4;

export function QrCode({ value, label }: QrCodeProps): ReactNode {
  const { size, path } = useMemo(() => drawn(value), [value]);
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} className="qr-ground" />
      <path d={path} className="qr-ink" />
    </svg>
  );
}

/** Each run of dark modules in a row is one rectangle. */
function drawn(value: string): { readonly size: number; readonly path: string } {
  const { data, size } = encode(value, { ecc: 'M', border: BORDER });
  const path = data
    .map((row, y) => {
      let line = '';
      for (let x = 0; x < row.length; x += 1) {
        if (row[x] !== true) continue;
        const start = x;
        while (row[x + 1] === true) x += 1;
        line += `M${start} ${y}h${x + 1 - start}v1h-${x + 1 - start}z`;
      }
      return line;
    })
    .join('');
  return { size, path };
}
