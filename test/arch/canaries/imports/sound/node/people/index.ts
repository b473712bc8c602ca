// A door.
export { answer } from './service.ts';
