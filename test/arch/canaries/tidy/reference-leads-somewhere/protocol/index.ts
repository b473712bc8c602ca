// Speaks of one section that exists, and of another that was renamed: docs/protocol.md "Envelope" and
// "Letter".
export const answer = 42;
