// Which words of deliveries concern a conversation. A post to many is told of twice a second while it is on its way,
// and no conversation shows it. Addresses are `orf://<node id>/<kind>/<id>`; the node's bare id stands for all at once.

/** Whether one of these ids may be a message's. */
export function mayHoldMessage(ids: ReadonlySet<string>): boolean {
  return [...ids].some((id) => !id.startsWith('orf://') || id.split('/')[3] === 'message');
}
