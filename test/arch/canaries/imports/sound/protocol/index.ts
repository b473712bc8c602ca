// May be imported by everybody.
export const answer = 1;
