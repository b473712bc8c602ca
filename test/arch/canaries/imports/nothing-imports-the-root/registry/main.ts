// A composition root.
export const answer = 1;
