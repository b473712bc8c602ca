// Reaches past the contract.
export { answer } from '../../node/people/model.ts';
