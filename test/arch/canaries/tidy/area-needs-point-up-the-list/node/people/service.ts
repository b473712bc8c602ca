// A sound file of a canary tree.
// It breaks no rule.
export { index } from '#node/posts/index.ts';
