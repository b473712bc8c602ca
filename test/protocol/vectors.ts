// Reads the committed vectors as they are. Tests never regenerate them: a change of format adds a version.
import { readFileSync } from 'node:fs';
import { AppError } from '#protocol';

/** The parsed JSON of `protocol/vectors/<name>.json`; the caller states its shape. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each test states the shape of its own vectors
export function readVectors<T>(name: string): T {
  const url = new URL(`../../protocol/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as T;
}

/** Matcher for assert.throws and assert.rejects: an AppError of exactly this code. */
export function withCode(code: string): (error: unknown) => boolean {
  return (error) => {
    if (error instanceof AppError && error.code === code) return true;
    throw error instanceof AppError
      ? new Error(`expected ${code}, got ${error.code}: ${error.safe.en}`)
      : error;
  };
}
