// Private to its area.
export const answer = 1;
