// Rests on the kernel.
export { answer } from '../../kernel/feature.ts';
