// Loads server code into the command line.
export { answer } from './service.ts';
