// Test code.
export const answer = 1;
