// A person's picture, or a mark made from their node id where there is none: a ring with an opening, whose angle and
// inner shape follow the id, so that two people of the same name look different. Served by the own node only.
import { useState, type ReactNode } from 'react';

export interface AvatarProps {
  readonly nodeId: string;
  /** Where the own node has their picture, which changes with it; null where there is none. */
  readonly picture?: string | null;
  readonly size?: number;
}

const HUES = [12, 42, 96, 158, 205, 262, 318] as const;

export function Avatar({ nodeId, picture = null, size = 44 }: AvatarProps): ReactNode {
  const [failed, setFailed] = useState<string>();
  if (picture !== null && picture !== failed) {
    // The name stands beside it: the picture says nothing more to who hears the page.
    return (
      <img
        className="avatar"
        src={picture}
        alt=""
        width={size}
        height={size}
        loading="lazy"
        decoding="async"
        onError={() => setFailed(picture)}
      />
    );
  }
  const [turn, hue, dots] = marksOf(nodeId);
  return (
    <svg
      className="avatar"
      viewBox="0 0 44 44"
      width={size}
      height={size}
      aria-hidden="true"
      style={{ '--hue': hue } as Record<string, number>}
    >
      <circle cx="22" cy="22" r="22" className="avatar-ground" />
      <g transform={`rotate(${turn} 22 22)`} className="avatar-mark">
        <path d="M22 9a13 13 0 1 1-9.2 3.8" />
        <path
          className="avatar-dots"
          d={Array.from({ length: dots }, (_dot, at) => `M${22 - (dots - 1) * 3 + at * 6} 22h.01`).join('')}
        />
      </g>
    </svg>
  );
}

/** Turn in degrees, hue, and number of dots: a small sum over the id (FNV-1a), the same on every device. */
function marksOf(nodeId: string): readonly [turn: number, hue: number, dots: number] {
  let hash = 0x811c9dc5;
  for (const character of nodeId) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return [(hash & 7) * 45, HUES[(hash >>> 3) % HUES.length] ?? HUES[0], 1 + ((hash >>> 8) % 3)];
}
