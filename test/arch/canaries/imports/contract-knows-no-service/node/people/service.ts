// Keeps the contract.
export const answer = 1;
