// To whom? Friends first, narrowed while one types; somebody else by name or address, found by the node when asked.
// Choosing opens the conversation, which may be empty.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { WHO_CHARS_MAX } from '#protocol/limits.ts';
import { read } from '../api/queries.ts';
import { Avatar } from '../design/avatar.tsx';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { List } from '../design/list.tsx';
import { EmptyState, ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { conversationPath } from '../router/addresses.ts';
import { Link } from '../router/link.tsx';
import { nameOf } from '../text/person-name.ts';
import './conversations.css';
import { findPeople, listConnections } from './routes.ts';
import { useTalkText } from './words.ts';

/** The largest page of the node. */
const FRIENDS_SHOWN_MAX = 100;

interface Somebody {
  readonly node_id: string;
  readonly username: string;
  readonly display_name: string | null;
  readonly avatar: string | null;
}

export function Screen(): ReactNode {
  const t = useTalkText();
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState('');
  const connections = useQuery(read(listConnections, { query: { limit: FRIENDS_SHOWN_MAX } }));
  const found = useQuery({ ...read(findPeople, { query: { q: asked } }), enabled: asked !== '' });
  const friends = (connections.data?.items ?? []).filter(
    ({ relationship, status }) => relationship === 'friend' && status === 'accepted',
  );
  const near = friends.filter((friend) => fits(friend, typed));
  const others = asked === typed.trim() ? (found.data?.items ?? []) : [];
  const shown: readonly Somebody[] = [
    ...near,
    ...others.filter(({ node_id: id }) => !near.some((friend) => friend.node_id === id)),
  ];
  const search = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(typed.trim());
  };
  return (
    <>
      <BackLink to="/messages">{t('title')}</BackLink>
      <ScreenHead title={t('new')} />
      <form className="new-talk" onSubmit={search}>
        <TextField
          label={t('new.who')}
          advice={t('new.advice')}
          value={typed}
          maxLength={WHO_CHARS_MAX}
          dir="auto"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={({ target }) => setTyped(target.value)}
        />
        <Button type="submit" icon="search" busy={found.isFetching}>
          {t('new.find')}
        </Button>
      </form>
      {connections.isPending && <Skeletons count={2} />}
      {found.isError && asked === typed.trim() && <ProblemNote error={found.error} />}
      {shown.length > 0 && (
        <List label={t('new.people')} items={shown} keyOf={({ node_id: id }) => id}>
          {(one) => (
            <Link to={conversationPath(one.node_id)} className="thread-row">
              <Avatar nodeId={one.node_id} picture={one.avatar} />
              <span className="thread-words">
                <bdi className="thread-name">{nameOf(one)}</bdi>
                <bdi className="mark">{one.username}</bdi>
              </span>
            </Link>
          )}
        </List>
      )}
      {connections.isSuccess && shown.length === 0 && !found.isFetching && (
        <EmptyState title={t(typed === '' ? 'new.none' : 'new.nobody')}>
          {t(typed === '' ? 'new.none.about' : 'new.nobody.about')}
        </EmptyState>
      )}
    </>
  );
}

function fits({ username, display_name: name }: Somebody, typed: string): boolean {
  const wanted = typed.trim().toLocaleLowerCase();
  return `${name ?? ''} ${username}`.toLocaleLowerCase().includes(wanted);
}
