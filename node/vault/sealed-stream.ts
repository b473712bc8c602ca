// Sealing and opening of blobs piece by piece, so that memory stays at a few pieces whatever the size.
// Opening yields no byte of a piece before that piece has been authenticated. Layout: model.ts.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { failures, PIECE_BYTES, pieceNonce, SEALED_PIECE_BYTES, TAG_BYTES, type ByteRange } from './model.ts';

/** Seals a stream under `key` (32 bytes, fresh for this blob). */
export async function* sealPieces(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
): AsyncGenerator<Uint8Array> {
  const piece = Buffer.alloc(PIECE_BYTES);
  let filled = 0;
  let index = 0;
  for await (const chunk of source) {
    for (let offset = 0; offset < chunk.length;) {
      // A full piece is only sealed once a further byte proves that it is not the last.
      if (filled === PIECE_BYTES) {
        yield sealPiece(piece, key, index, false);
        index += 1;
        filled = 0;
      }
      const taken = Math.min(PIECE_BYTES - filled, chunk.length - offset);
      piece.set(chunk.subarray(offset, offset + taken), filled);
      filled += taken;
      offset += taken;
    }
  }
  yield sealPiece(piece.subarray(0, filled), key, index, true);
}

/**
 * Opens the plaintext range of a sealed file of `storedSize` bytes; the handle stays the caller's.
 * @throws vault/damaged for a wrong key, a changed, cut, swapped or missing piece
 */
export async function* openPieces(
  file: FileHandle,
  options: { readonly key: Uint8Array; readonly storedSize: number; readonly range: ByteRange },
): AsyncGenerator<Uint8Array> {
  const { key, storedSize, range } = options;
  const lastIndex = Math.ceil(storedSize / SEALED_PIECE_BYTES) - 1;
  const firstWanted = Math.floor(range.start / PIECE_BYTES);
  // An empty blob still has its one empty piece, which is checked like the others.
  const lastWanted = Math.max(firstWanted, Math.floor(range.end / PIECE_BYTES));
  const buffer = Buffer.alloc(SEALED_PIECE_BYTES);
  for (let index = firstWanted; index <= lastWanted; index += 1) {
    const length = Math.min(SEALED_PIECE_BYTES, storedSize - index * SEALED_PIECE_BYTES);
    const { bytesRead } = await file.read(buffer, 0, length, index * SEALED_PIECE_BYTES);
    if (bytesRead !== length || length < TAG_BYTES) throw failures.damaged();
    const plain = openPiece(buffer.subarray(0, length), key, index, index === lastIndex);
    const pieceStart = index * PIECE_BYTES;
    const part = plain.subarray(Math.max(0, range.start - pieceStart), range.end + 1 - pieceStart);
    if (part.length > 0) yield part;
  }
}

function sealPiece(plain: Uint8Array, key: Uint8Array, index: number, last: boolean): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, pieceNonce(index, last));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function openPiece(sealed: Uint8Array, key: Uint8Array, index: number, last: boolean): Uint8Array {
  const split = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, pieceNonce(index, last), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(split));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, split)), decipher.final()]);
  } catch (error) {
    throw failures.damaged(error);
  }
}
