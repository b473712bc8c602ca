// The one file of the protocol that may touch Node.
export { verify } from 'node:crypto';
