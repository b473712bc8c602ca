// Draws pictures anew in a thread of its own: what leaves are pixels, so that EXIF, GPS, colour tricks and
// anything hidden behind a picture are gone. Refuses what has too many pixels or takes too long.
import assert from 'node:assert/strict';
import { parentPort } from 'node:worker_threads';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { DRAW_SECONDS_MAX, PIXELS_MAX, SIDE_MAX, THUMBNAIL_SIDE_MAX, VIEW_SIDE_MAX } from './model.ts';

export interface DrawRequest {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly format: 'jpeg' | 'png' | 'webp';
}
export interface Drawing {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}
export interface Drawings {
  readonly picture: Drawing;
  readonly thumbnail: Drawing;
  /** Absent where the picture itself is as small. */
  readonly view?: Drawing;
  /** The average, `#rrggbb`. */
  readonly color: string;
}
export type DrawAnswer =
  ({ readonly id: number } & Drawings) | { readonly id: number; readonly refused: string };

// Nothing is kept between pictures, and one core stays free for the node.
sharp.cache(false);
sharp.concurrency(1);

async function draw({ bytes, format }: DrawRequest): Promise<Drawings> {
  const open = (animated: boolean): Sharp =>
    sharp(bytes, { limitInputPixels: PIXELS_MAX, failOn: 'error', animated })
      .timeout({ seconds: DRAW_SECONDS_MAX })
      .autoOrient();
  const within = (side: number) =>
    ({ width: side, height: side, fit: 'inside', withoutEnlargement: true }) as const;
  const picture = await open(format === 'webp')
    .resize(within(SIDE_MAX))
    .toFormat(format, { quality: 85 })
    .toBuffer({ resolveWithObject: true });
  const still = (side: number, quality: number): Promise<{ data: Buffer; info: OutputInfo }> =>
    open(false).resize(within(side)).webp({ quality }).toBuffer({ resolveWithObject: true });
  const thumbnail = await still(THUMBNAIL_SIDE_MAX, 75);
  const drawing = ({ data, info }: { data: Buffer; info: OutputInfo }): Drawing => ({
    bytes: data,
    width: info.width,
    height: info.pageHeight ?? info.height,
  });
  const whole = drawing(picture);
  const large = Math.max(whole.width, whole.height) > VIEW_SIDE_MAX;
  return {
    picture: whole,
    thumbnail: drawing(thumbnail),
    ...(large ? { view: drawing(await still(VIEW_SIDE_MAX, 80)) } : {}),
    color: await averageOf(thumbnail.data),
  };
}

async function averageOf(picture: Buffer): Promise<string> {
  const pixel = await sharp(picture)
    .flatten({ background: '#808080' })
    .resize(1, 1, { fit: 'fill' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return `#${pixel.subarray(0, 3).toString('hex')}`;
}

assert(parentPort !== null, 'this file runs as a worker');
const port = parentPort;
port.on('message', (request: DrawRequest) => {
  draw(request).then(
    (drawn) => port.postMessage({ id: request.id, ...drawn } satisfies DrawAnswer),
    (error: unknown) => port.postMessage({ id: request.id, refused: String(error) } satisfies DrawAnswer),
  );
});
