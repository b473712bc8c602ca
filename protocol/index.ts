// The door of the protocol: everything that node, registry, installer and web app may import from it.
// The message types have their own door, `#protocol/messages`.
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
export * from './fields.ts';
export * from './signed.ts';
export * from './chain.ts';
export * from './receipt.ts';
export * from './request.ts';
export * from './ticket.ts';
export * from './objects.ts';
export * from './seal.ts';
export * from './mailbox.ts';
export * from './identity.ts';
export * from './record.ts';
export * from './kit.ts';
export * from './names.ts';
export * from './well-known.ts';
