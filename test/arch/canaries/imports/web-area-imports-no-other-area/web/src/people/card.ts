// A part of one area.
export const card = 'card';
