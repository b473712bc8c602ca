// Rests on the protocol.
export { answer } from '#protocol';
