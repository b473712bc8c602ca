// What two people are to each other, in the one word that the person's page is built on.
// The node's list of bonds says that a request waits, not whose it is: the list of connections does.
import type { Connections } from '../connections.ts';
import type { Person } from '../routes.ts';

export interface BondState {
  readonly friendship: 'friends' | 'asking' | 'asked' | 'none' | 'blocked';
  readonly following: boolean;
  readonly follower: boolean;
  /** It is the owner. */
  readonly self: boolean;
}

export function bondStateOf(
  person: Pick<Person, 'node_id' | 'relationship'>,
  list: Connections | undefined,
  self?: string,
): BondState {
  const has = (bond: string): boolean => person.relationship.includes(bond);
  const asks = list?.asking.some(({ node_id: id }) => id === person.node_id) === true;
  const friendship = has('blocked')
    ? 'blocked'
    : has('friend')
      ? 'friends'
      : has('friend:pending')
        ? asks
          ? 'asking'
          : 'asked'
        : 'none';
  return {
    friendship,
    following: has('following'),
    follower: has('follower'),
    self: person.node_id === self,
  };
}
