// A sound file of a canary tree.
// It breaks no rule.
export const up = (db) => db.schema.createTable('posts_like');
