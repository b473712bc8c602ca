// A portrait made in the browser from any picture: turned upright, cut to a square around its middle, small. What the
// camera wrote into the file (place, device) does not survive it. Refuses what the browser cannot draw.

/** Large enough for a phone's sharpest screen at the size of a profile. */
export const PORTRAIT_PIXELS = 512;
const QUALITY = 0.85;
/** A file above this is no photograph, and decoding it could take the whole memory of a phone. */
const FILE_BYTES_MAX = 40 * 1024 * 1024;

/** Thrown where a file is no picture that this browser can draw. */
export class NotAPicture extends Error {
  override readonly name = 'NotAPicture';
}

/** A square JPEG of a picture. @throws NotAPicture */
export async function makePortrait(file: Blob, pixels: number = PORTRAIT_PIXELS): Promise<Blob> {
  if (file.size > FILE_BYTES_MAX) throw new NotAPicture('too large');
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(
    (cause: unknown) => {
      throw new NotAPicture('not drawn', { cause });
    },
  );
  try {
    const side = Math.min(picture.width, picture.height);
    const size = Math.min(pixels, side);
    const canvas = document.createElement('canvas');
    canvas.width = size;
    canvas.height = size;
    const pen = canvas.getContext('2d');
    if (pen === null) throw new NotAPicture('no canvas');
    // JPEG has no transparency: paper, and not black, shows through.
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, size, size);
    pen.imageSmoothingQuality = 'high';
    const left = (picture.width - side) / 2;
    const top = (picture.height - side) / 2;
    pen.drawImage(picture, left, top, side, side, 0, 0, size, size);
    return await new Promise((resolve, reject) => {
      const done = (blob: Blob | null): void => {
        if (blob === null) reject(new NotAPicture('not written'));
        else resolve(blob);
      };
      canvas.toBlob(done, 'image/jpeg', QUALITY);
    });
  } finally {
    picture.close();
  }
}
