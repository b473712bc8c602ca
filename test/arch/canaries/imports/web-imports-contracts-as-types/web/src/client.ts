// Takes the contract itself, and not its type alone.
import { readPerson } from '../../node/people/api.ts';

export const path = readPerson.path;
