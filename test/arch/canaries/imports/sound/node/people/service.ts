// Decides.
export { answer } from './store.ts';
