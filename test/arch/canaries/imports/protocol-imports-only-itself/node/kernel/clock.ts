// Stands above the protocol.
export const answer = 1;
