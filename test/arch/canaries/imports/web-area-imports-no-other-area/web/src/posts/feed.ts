// Takes a part of another area.
export { card } from '../people/card.ts';
