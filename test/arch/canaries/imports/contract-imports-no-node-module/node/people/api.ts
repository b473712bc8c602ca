// A contract that reads files.
export { readFileSync } from 'node:fs';
