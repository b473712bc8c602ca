// What a person is called, the same on every screen and in the service worker's notifications.
// No language is asked: a name is what its owner made it.

/** So much of a node id tells people apart where there is no name. */
const ID_CHARS = 12;

/** The name they chose, else the username of their verified record, else the beginning of their node id. */
export function nameOf(person: {
  readonly node_id: string;
  readonly username: string;
  readonly display_name?: string | null;
}): string {
  const { display_name: chosen, username, node_id: nodeId } = person;
  if (chosen !== undefined && chosen !== null && chosen !== '') return chosen;
  return username === '' ? nodeId.slice(0, ID_CHARS) : username;
}
