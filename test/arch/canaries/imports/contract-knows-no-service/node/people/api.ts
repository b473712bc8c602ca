// A contract that knows who keeps it.
export { answer } from './service.ts';
