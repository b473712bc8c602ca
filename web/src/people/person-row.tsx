// One person in a list: portrait, the name they chose, and their proven username, which opens their page; what can be
// done stands at the end. Names of strangers are isolated (bidi) and cut, never wider than the row.
import type { ReactNode } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { personPath } from '../router/addresses.ts';
import { Link } from '../router/link.tsx';
import { nameOf } from '../text/person-name.ts';

export interface PersonRowProps {
  readonly person: {
    readonly node_id: string;
    readonly username: string;
    readonly display_name: string | null;
    readonly avatar: string | null;
  };
  /** Beside the username: what they are to the owner. */
  readonly about?: ReactNode;
  readonly children?: ReactNode;
}

export function PersonRow({ person, about, children }: PersonRowProps): ReactNode {
  const { node_id: nodeId, username, avatar } = person;
  const name = nameOf(person);
  return (
    <div className="person-row">
      <Avatar nodeId={nodeId} picture={avatar} />
      <Link to={personPath(nodeId)} className="person-link">
        <bdi className="person-name">{name}</bdi>
        <span className="mark">
          {username !== '' && username !== name && <bdi>{username}</bdi>}
          <span className="node-id" translate="no">
            {nodeId.slice(0, 10)}…
          </span>
        </span>
        {about !== undefined && <span className="mark">{about}</span>}
      </Link>
      {children}
    </div>
  );
}
