// Points up, through an alias.
export { answer } from '#node/people/index.ts';
