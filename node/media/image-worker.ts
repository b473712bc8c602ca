// Draws pictures anew in a thread of its own: what leaves are pixels, so that EXIF, GPS, colour tricks and
// anything hidden behind a picture are gone. Refuses what has too many pixels or takes too long.
import assert from 'node:assert/strict';
import { parentPort } from 'node:worker_threads';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { DRAW_SECONDS_MAX, PIXELS_MAX, SIDE_MAX, THUMBNAIL_SIDE_MAX } from './model.ts';

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
export type DrawAnswer =
  | { readonly id: number; readonly picture: Drawing; readonly thumbnail: Drawing }
  | { readonly id: number; readonly refused: string };

// Nothing is kept between pictures, and one core stays free for the node.
sharp.cache(false);
sharp.concurrency(1);

async function draw({ bytes, format }: DrawRequest): Promise<{ picture: Drawing; thumbnail: Drawing }> {
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
  const thumbnail = await open(false)
    .resize(within(THUMBNAIL_SIDE_MAX))
    .webp({ quality: 75 })
    .toBuffer({ resolveWithObject: true });
  const drawing = ({ data, info }: { data: Buffer; info: OutputInfo }): Drawing => ({
    bytes: data,
    width: info.width,
    height: info.pageHeight ?? info.height,
  });
  return { picture: drawing(picture), thumbnail: drawing(thumbnail) };
}

assert(parentPort !== null, 'this file runs as a worker');
const port = parentPort;
port.on('message', (request: DrawRequest) => {
  draw(request).then(
    (drawn) => port.postMessage({ id: request.id, ...drawn } satisfies DrawAnswer),
    (error: unknown) => port.postMessage({ id: request.id, refused: String(error) } satisfies DrawAnswer),
  );
});
