// A sound file of a canary tree.
// It breaks no rule.
test.skip('a profile keeps its name', () => {});
