// The database.
export const answer = 1;
