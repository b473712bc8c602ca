// A sound file of a canary tree.
// It breaks no rule.
