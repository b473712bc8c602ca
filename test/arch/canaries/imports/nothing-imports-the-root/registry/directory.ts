// Imports what should import it.
export { answer } from './main.ts';
