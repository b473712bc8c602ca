// A sound file of a canary tree.
// It breaks no rule.
export const sql = 'CREATE TABLE people_profile (id TEXT, name TEXT)';
