// Uses an area of the node.
export { answer } from '../node/people/index.ts';
