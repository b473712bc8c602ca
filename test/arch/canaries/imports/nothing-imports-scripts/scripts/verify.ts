// A repository script.
export const answer = 1;
