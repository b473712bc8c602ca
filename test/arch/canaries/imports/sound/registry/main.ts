// Shares the kernel.
export { answer } from '#kernel/feature.ts';
