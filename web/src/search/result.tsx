// One result: who wrote it and when, and the part of it that was met, with the words marked. What strangers wrote is
// text and nothing else.
import type { ReactNode } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Icon } from '../design/icon.tsx';
import { Time } from '../design/text.tsx';
import { conversationPath, personPath, postPath } from '../router/addresses.ts';
import { Link } from '../router/link.tsx';
import { excerpt } from './matching.ts';
import type { Connection, Found } from './routes.ts';
import { useSearchText } from './words.ts';

interface Asked {
  readonly question: string;
}

export function FoundText({ found, question }: Asked & { readonly found: Found }): ReactNode {
  const t = useSearchText();
  const { author, kind } = found;
  const isMessage = kind === 'message';
  return (
    <Link to={pathOf(found)} className="found">
      <Avatar nodeId={author.node_id} size={32} />
      <span className="found-body">
        <span className="found-head">
          <bdi className="found-author">{author.username}</bdi>
          <span className="mark">
            <Icon name={isMessage ? 'messages' : 'pen'} size={16} />
            {t(isMessage ? 'a.message' : 'a.post')}
          </span>
          <span className="mark">
            <Time at={found.created_at} />
          </span>
        </span>
        <span className="found-text" dir="auto">
          <Marked text={found.text} question={question} />
        </span>
      </span>
    </Link>
  );
}

export function PersonFound({ person, question }: Asked & { readonly person: Connection }): ReactNode {
  const name = person.display_name === '' ? person.username : person.display_name;
  return (
    <Link to={personPath(person.node_id)} className="found">
      <Avatar nodeId={person.node_id} picture={person.avatar} size={32} />
      <span className="found-body">
        <bdi className="found-author">
          <Marked text={name} question={question} />
        </bdi>
        {person.username !== name && (
          <bdi className="mark">
            <Marked text={person.username} question={question} />
          </bdi>
        )}
      </span>
    </Link>
  );
}

function Marked({ text, question }: Asked & { readonly text: string }): ReactNode {
  return excerpt(text, question).map((piece, at) =>
    piece.met ? <mark key={at}>{piece.text}</mark> : <span key={at}>{piece.text}</span>,
  );
}

function pathOf({ kind, id, uri, peer, author }: Found): string {
  return kind === 'message' ? conversationPath(peer ?? author.node_id) : postPath(uri ?? id);
}
