// The door of the protocol: everything that node, registry, installer and web app may import from it.
// The message types have their own door, `#protocol/messages`.
export * from './errors.ts';
export * from './limits.ts';
export * from './bytes.ts';
export * from './timestamp.ts';
export * from './canonical.ts';
export * from './keys.ts';
export * from './ids.ts';
export * from './wire/party.ts';
export * from './wire/envelope.ts';
export * from './wire/batch.ts';
export * from './wire/fields.ts';
export * from './wire/signed.ts';
export * from './wire/chain.ts';
export * from './wire/receipt.ts';
export * from './wire/request.ts';
export * from './wire/ticket.ts';
export * from './objects.ts';
export * from './seal.ts';
export * from './wire/mailbox.ts';
export * from './identity.ts';
export * from './record.ts';
export * from './kit.ts';
export * from './names.ts';
export * from './well-known.ts';
