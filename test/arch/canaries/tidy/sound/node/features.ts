// A sound file of a canary tree.
// It breaks no rule.
export const features = [area('people', () => import('#node/people/index.ts')), area('posts', () => import('#node/posts/index.ts'))];
