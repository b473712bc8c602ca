// Reads a file, in a browser.
export { readFileSync } from 'node:fs';
