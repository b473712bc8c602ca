// Ships test code.
export { answer } from '../test/kit/index.ts';
