// The composition root.
export { people } from './features.ts';
