// A sound file of a canary tree.
// It breaks no rule.
export const features = [area('people', one), area('posts', two), area('ghosts', three)];
