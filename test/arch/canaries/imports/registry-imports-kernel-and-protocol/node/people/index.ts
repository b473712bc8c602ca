// An area.
export const answer = 1;
