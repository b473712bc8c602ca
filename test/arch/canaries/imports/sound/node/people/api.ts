// A contract.
import { z } from 'zod';
export { answer } from './model.ts';
export const schema = z;
