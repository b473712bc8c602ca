// Points up.
export { answer } from '../node/kernel/clock.ts';
