// A sound file of a canary tree.
// It breaks no rule.
export const sql = 'CREATE VIRTUAL TABLE words USING fts5(text)';
