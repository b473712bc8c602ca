// Keeps a log file and its predecessors bounded. The file is copied and then cut, not renamed: the node holds it
// open for appending, and a node must outlive its supervisor, so no pipe stands between the two.
import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';

/**
 * Moves `file` to `file.1`, `file.1` to `file.2` and so on when it is over `bytesMax`; `files` old ones are kept.
 * Returns whether it did. Lines written between the last look and the cut (microseconds) are the price.
 */
export function rotateLog(
  file: string,
  options: { readonly bytesMax: number; readonly files: number },
): boolean {
  if (!existsSync(file) || statSync(file).size <= options.bytesMax) return false;
  rmSync(`${file}.${options.files}`, { force: true });
  for (let index = options.files - 1; index >= 1; index--) {
    if (existsSync(`${file}.${index}`)) renameSync(`${file}.${index}`, `${file}.${index + 1}`);
  }
  copyFileSync(file, `${file}.1`);
  copyRestAndCut(file, `${file}.1`);
  return true;
}

function copyRestAndCut(from: string, to: string): void {
  const source = openSync(from, 'r+');
  const target = openSync(to, 'a', 0o600);
  try {
    let position = fstatSync(target).size;
    const buffer = Buffer.alloc(65_536);
    for (;;) {
      const read = readSync(source, buffer, 0, buffer.length, position);
      if (read === 0) break;
      writeSync(target, buffer, 0, read);
      position += read;
    }
    ftruncateSync(source, 0);
  } finally {
    closeSync(source);
    closeSync(target);
  }
}
