// Points at an area, if only for a type.
export type { Answer } from '../../people/index.ts';
