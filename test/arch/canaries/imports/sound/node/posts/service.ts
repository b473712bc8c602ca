// Uses the door of another area.
export { answer } from '#node/people/index.ts';
