// A command.
export { answer } from './api.ts';
export { answer as kernel } from '#kernel/feature.ts';
