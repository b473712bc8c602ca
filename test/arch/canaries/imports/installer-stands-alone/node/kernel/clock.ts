// Part of the node.
export const answer = 1;
