// A test may import everything.
export { people } from '../../node/features.ts';
