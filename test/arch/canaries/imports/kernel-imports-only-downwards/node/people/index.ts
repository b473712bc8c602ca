// Stands above the kernel.
export const answer = 1;
