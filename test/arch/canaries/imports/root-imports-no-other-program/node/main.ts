// Composes another program.
export { answer } from '../registry/directory.ts';
