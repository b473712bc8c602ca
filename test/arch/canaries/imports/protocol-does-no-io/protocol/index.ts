// Reads files.
export { readFileSync } from 'node:fs';
