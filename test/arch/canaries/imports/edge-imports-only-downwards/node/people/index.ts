// An area.
export type Answer = 1;
