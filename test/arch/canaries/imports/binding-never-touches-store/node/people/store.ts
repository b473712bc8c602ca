// For the service only.
export const answer = 1;
