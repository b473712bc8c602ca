// Server code.
export const answer = 1;
