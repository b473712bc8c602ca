// Part of the registry.
export const answer = 1;
