// Ships a repository script.
export { answer } from '../scripts/verify.ts';
