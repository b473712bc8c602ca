// A sound file of a canary tree.
// It breaks no rule.
await new Promise((resolve) => setTimeout(resolve, 500));
