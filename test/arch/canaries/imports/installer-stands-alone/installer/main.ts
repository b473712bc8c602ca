// Needs the node in order to install it.
export { answer } from '../node/kernel/clock.ts';
