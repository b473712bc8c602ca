// A sound file of a canary tree.
// It breaks no rule.
// oxlint-disable-next-line no-console
console.log(1);
