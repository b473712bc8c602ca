// A picture made ready to leave: turned upright, no larger than a screen shows, and drawn anew, so that nothing that
// the camera wrote into it (place, time, owner) leaves the device. What the browser cannot read goes as it is: the
// node draws pictures anew too.

/** Longest side sent: sharp on every screen, a tenth of a camera's bytes. */
const SIDE_MAX = 2_048;
const QUALITY = 0.84;
/** Drawn anew. A GIF may move, and holds nothing of a camera. */
const drawn: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/heic',
  'image/heif',
]);

export interface ReadyFile {
  readonly blob: Blob;
  readonly width: number | null;
  readonly height: number | null;
}

/** Makes a chosen file ready; files that are no pictures stay as they are. */
export async function makeReady(file: Blob): Promise<ReadyFile> {
  const asItIs = { blob: file, width: null, height: null };
  if (!drawn.has(file.type)) return asItIs;
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined);
  if (picture === undefined) return asItIs;
  try {
    const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
    const width = Math.max(1, Math.round(picture.width * scale));
    const height = Math.max(1, Math.round(picture.height * scale));
    return { blob: await draw(picture, width, height, file.type), width, height };
  } finally {
    picture.close();
  }
}

async function draw(picture: ImageBitmap, width: number, height: number, type: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser draws nothing');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  const webp = await canvas.convertToBlob({ type: 'image/webp', quality: QUALITY });
  // A browser that does not write WebP gives PNG: right for what may be see-through, ten times too large for a photo.
  if (webp.type === 'image/webp' || type !== 'image/jpeg') return webp;
  return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
}
