// Goes round the service.
export { answer } from './store.ts';
