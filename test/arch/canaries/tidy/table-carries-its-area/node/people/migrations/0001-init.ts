// A sound file of a canary tree.
// It breaks no rule.
export const sql = 'CREATE TABLE IF NOT EXISTS profile (id TEXT)';
