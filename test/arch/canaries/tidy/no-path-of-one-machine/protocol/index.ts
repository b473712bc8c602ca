// A sound file of a canary tree.
// It breaks no rule.
export const data = '/home/alice/o-red/data';
