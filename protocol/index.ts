// The door of the protocol: everything that node, registry, installer and web app may import from it.
// Message schemas have their own door (`#protocol/messages`), because they load zod.
export * from './errors.ts';
export * from './limits.ts';
export * from './bytes.ts';
export * from './timestamp.ts';
export * from './canonical.ts';
export * from './keys.ts';
export * from './ids.ts';
export * from './party.ts';
export * from './envelope.ts';
export * from './batch.ts';
export * from './identity.ts';
export * from './record.ts';
export * from './kit.ts';
export * from './names.ts';
export * from './well-known.ts';
