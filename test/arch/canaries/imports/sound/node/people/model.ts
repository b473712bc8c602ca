// Pure.
export { answer } from '#protocol';
