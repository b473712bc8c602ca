// Not for the web.
export const answer = 1;
