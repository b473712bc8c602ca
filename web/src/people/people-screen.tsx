// People: friends, what waits for an answer, who reads whom, and who is blocked. One view at a time, kept in the address,
// so that going back comes to it. Lists are sorted by name in the language of the app, and narrowed while one types.
import { useState, type ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { Segmented } from '../design/choice.tsx';
import { TextField } from '../design/field.tsx';
import { List } from '../design/list.tsx';
import { EmptyState, ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { navigate, place } from '../router/location.ts';
import { useShellText } from '../shell/words.ts';
import { nameOf } from '../text/person-name.ts';
import { useConnections, type Connections } from './connections.ts';
import './people.css';
import { PersonRow } from './person-row.tsx';
import { AskedRow, AskingRow, BlockedRow } from './request-row.tsx';
import type { Connection } from './routes.ts';
import { usePeopleText } from './words.ts';

const views = ['friends', 'requests', 'followers', 'blocked'] as const;
type View = (typeof views)[number];

/** From so many on, a field narrows the list. */
const NARROW_FROM = 10;

export function Screen(): ReactNode {
  const t = usePeopleText();
  const shell = useShellText();
  const given = new URLSearchParams(useSignal(place).search).get('view');
  const view = views.find((one) => one === given) ?? 'friends';
  const { list, error, retry, more } = useConnections();
  return (
    <>
      <ScreenHead title={t('title')}>
        <Link to="/people/add" className="button">
          {t('add')}
        </Link>
      </ScreenHead>
      <div className="views">
        <Segmented
          label={t('view')}
          labelHidden
          options={views.map((value) => ({ value, label: t(`view.${value}`) }))}
          value={view}
          onChange={(value) =>
            navigate(value === 'friends' ? '/people' : `/people?view=${value}`, { replace: true })
          }
        />
      </div>
      {list === undefined && error === null && <Skeletons />}
      {list === undefined && error !== null && <ProblemNote error={error} onRetry={retry} />}
      {list !== undefined && <ViewOf view={view} list={list} />}
      {more !== undefined && <Button onClick={more}>{shell('list.more')}</Button>}
      <p className="foot-links">
        <Link to="/profile">{t('toProfile')}</Link>
        <Link to="/invites">{t('toInvites')}</Link>
      </p>
    </>
  );
}

function ViewOf({ view, list }: { readonly view: View; readonly list: Connections }): ReactNode {
  const t = usePeopleText();
  if (view === 'requests') return <Requests list={list} />;
  if (view === 'followers') return <Reading list={list} />;
  if (view === 'blocked') {
    if (list.blocked.length === 0) {
      return <EmptyState title={t('empty.blocked')}>{t('empty.blocked.about')}</EmptyState>;
    }
    return (
      <Rows label={t('view.blocked')} people={list.blocked}>
        {(person) => <BlockedRow person={person} />}
      </Rows>
    );
  }
  return (
    <>
      {list.asking.length > 0 && (
        <p className="asking-note">
          <Link to="/people?view=requests">{t('waitingForYou', { count: list.asking.length })}</Link>
        </p>
      )}
      {list.friends.length === 0 ? (
        <EmptyState
          title={t('empty.friends')}
          action={
            <Link to="/invites" className="button">
              {t('toInvites')}
            </Link>
          }
        >
          {t('empty.friends.about')}
        </EmptyState>
      ) : (
        <Rows label={t('view.friends')} people={list.friends}>
          {(person) => <PersonRow person={person} />}
        </Rows>
      )}
    </>
  );
}

function Requests({ list }: { readonly list: Connections }): ReactNode {
  const t = usePeopleText();
  if (list.asking.length === 0 && list.asked.length === 0) {
    return <EmptyState title={t('empty.requests')}>{t('empty.requests.about')}</EmptyState>;
  }
  return (
    <>
      <Part title={t('asking')} none={t('asking.none')} people={list.asking}>
        {(person) => <AskingRow person={person} />}
      </Part>
      <Part title={t('asked')} none={t('asked.none')} people={list.asked}>
        {(person) => <AskedRow person={person} />}
      </Part>
    </>
  );
}

function Reading({ list }: { readonly list: Connections }): ReactNode {
  const t = usePeopleText();
  return (
    <>
      <Part title={t('followers')} none={t('followers.none')} people={list.followers}>
        {(person) => <PersonRow person={person} />}
      </Part>
      <Part title={t('following')} none={t('following.none')} people={list.following}>
        {(person) => <PersonRow person={person} />}
      </Part>
    </>
  );
}

interface RowsProps {
  readonly people: readonly Connection[];
  readonly children: (person: Connection) => ReactNode;
}

function Part({
  title,
  none,
  ...rows
}: RowsProps & { readonly title: string; readonly none: string }): ReactNode {
  return (
    <section className="part">
      <h2>{title}</h2>
      {rows.people.length === 0 ? <p className="note">{none}</p> : <Rows {...rows} label={title} />}
    </section>
  );
}

function Rows({ label, people, children }: RowsProps & { readonly label: string }): ReactNode {
  const t = usePeopleText();
  const [wanted, setWanted] = useState('');
  const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const shown = people.filter((person) =>
    plain(`${nameOf(person)} ${person.username}`).includes(plain(wanted.trim())),
  );
  return (
    <>
      {people.length >= NARROW_FROM && (
        <TextField
          type="search"
          label={t('narrow')}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          advice={wanted === '' ? undefined : t('narrow.found', { count: shown.length })}
        />
      )}
      <List label={label} items={shown} keyOf={({ node_id: id, direction }) => `${id} ${direction}`}>
        {children}
      </List>
    </>
  );
}
