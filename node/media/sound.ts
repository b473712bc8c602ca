// Whether a container that may hold a film holds sound alone: the voice notes of browsers come as such.
// Looks at the first bytes only; what it cannot tell stays a film, which is shown as safely.

/** Tracks in the first bytes of a container that may hold sound alone: voice notes of browsers come as such. */
export function isSoundOnly(head: Uint8Array, type: string): boolean {
  const text = Buffer.from(head).toString('latin1');
  // Matroska: TrackType (0x83), one byte, 1 film and 2 sound. MP4: the handlers of its tracks.
  if (type === 'video/webm') return text.includes('\x83\x81\x02') && !text.includes('\x83\x81\x01');
  if (type === 'video/mp4') return text.includes('soun') && !text.includes('vide');
  return false;
}
