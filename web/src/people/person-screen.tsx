// One person: who they say they are, what their node proves, what the two are to each other, and what can be done about
// it. What cannot be taken back is said in words and asked again.
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { read } from '../api/queries.ts';
import { PersonPosts } from '../content/post-list.tsx';
import { ReportDialog } from '../content/report-dialog.tsx';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { Icon, type IconName } from '../design/icon.tsx';
import { Menu, type MenuItem } from '../design/menu.tsx';
import { ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { conversationPath } from '../router/addresses.ts';
import type { ScreenProps } from '../router/feature.ts';
import { Link } from '../router/link.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { nameOf } from '../text/person-name.ts';
import { useBondChange } from './bonds/bond.ts';
import { useConnections } from './connections.ts';
import { Fingerprint } from './fingerprint.tsx';
import './people.css';
import { AskDialog, BlockDialog, RemoveDialog } from './person-dialogs.tsx';
import { readPerson, readProfile, type Person } from './routes.ts';
import { bondStateOf, type BondState } from './bonds/bond-state.ts';
import { usePeopleText } from './words.ts';

export function Screen({ params }: ScreenProps): ReactNode {
  const t = usePeopleText();
  const who = params.who ?? '';
  const person = useQuery(read(readPerson, { params: { who } }));
  if (person.data !== undefined) return <Known person={person.data} />;
  return (
    <>
      <ScreenHead title={t('person')} />
      {person.isPending && <Skeletons count={2} />}
      {person.isError && <ProblemNote error={person.error} onRetry={() => void person.refetch()} />}
    </>
  );
}

type Asked = 'ask' | 'block' | 'remove' | 'report';

function Known({ person }: { readonly person: Person }): ReactNode {
  const t = usePeopleText();
  const [asked, setAsked] = useState<Asked>();
  const { list } = useConnections();
  const own = useQuery(read(readProfile, {})).data?.node_id;
  const state = bondStateOf(person, list, own);
  const name = nameOf(person);
  const close = (): void => setAsked(undefined);
  return (
    <>
      <ScreenHead title={name}>
        <PersonMenu person={person} state={state} onAsk={setAsked} />
      </ScreenHead>
      <div className="person-head">
        <Avatar nodeId={person.node_id} picture={person.avatar} size={96} />
        <div>
          <p>
            <bdi className="person-username">{person.username}</bdi>
          </p>
          <p className="address">
            <span className="node-id" translate="no">
              {person.node_id}
            </span>
            <CopyButton text={person.node_id} label={t('copy.nodeId')} />
          </p>
          <BondLine person={person} state={state} name={name} />
        </div>
      </div>
      {person.bio !== '' && (
        <p className="person-words bio" dir="auto" lang={person.language ?? undefined}>
          {person.bio}
        </p>
      )}
      <Acts person={person} state={state} onAsk={setAsked} />
      <Fingerprint nodeId={person.node_id} name={name} />
      <section className="part">
        <h2>{t('person.posts')}</h2>
        <PersonPosts who={person.node_id} label={t('person.posts.of', { name })} />
      </section>
      {asked === 'ask' && <AskDialog person={person} onClose={close} />}
      {asked === 'block' && <BlockDialog person={person} onClose={close} />}
      {asked === 'remove' && <RemoveDialog person={person} onClose={close} />}
      {asked === 'report' && <ReportDialog who={person.node_id} name={name} onClose={close} />}
    </>
  );
}

const stateIcons: Readonly<Record<BondState['friendship'], IconName>> = {
  friends: 'people',
  asking: 'bell',
  asked: 'clock',
  none: 'person',
  blocked: 'lock',
};

function BondLine({
  person,
  state,
  name,
}: {
  readonly person: Person;
  readonly state: BondState;
  readonly name: string;
}): ReactNode {
  const t = usePeopleText();
  return (
    <ul className="bonds" aria-label={t('bond')}>
      <li className="mark">
        <Icon name={stateIcons[state.friendship]} size={16} />
        {t(`bond.${state.friendship}`, { name })}
      </li>
      {state.following && <li className="mark">{t('bond.following')}</li>}
      {state.follower && <li className="mark">{t('bond.follower')}</li>}
      {person.muted && <li className="mark">{t('bond.muted')}</li>}
      {person.closed && (
        <li className="mark">
          <Icon name="alert" size={16} />
          {t('bond.closed', { name })}
        </li>
      )}
    </ul>
  );
}

interface ActProps {
  readonly person: Person;
  readonly state: BondState;
  readonly onAsk: (what: Asked) => void;
}

function Acts({ person, state, onAsk }: ActProps): ReactNode {
  const t = usePeopleText();
  const { busy, change } = useBondChange();
  const { node_id: nodeId } = person;
  const name = nameOf(person);
  const { friendship } = state;
  const act = (action: 'accept' | 'reject' | 'remove' | 'unblock' | 'follow' | 'unfollow') => ({
    busy: busy === action,
    onClick: () => void change(action, nodeId, name),
  });
  if (state.self) {
    return (
      <p className="row">
        <Link to="/profile" className="button">
          {t('toProfile')}
        </Link>
      </p>
    );
  }
  return (
    <div className="row acts">
      {friendship === 'none' && !person.closed && (
        <Button look="primary" icon="plus" onClick={() => onAsk('ask')}>
          {t('ask')}
        </Button>
      )}
      {friendship === 'asking' && (
        <>
          <Button look="primary" icon="check" {...act('accept')}>
            {t('accept')}
          </Button>
          <Button {...act('reject')}>{t('reject')}</Button>
        </>
      )}
      {friendship === 'asked' && <Button {...act('remove')}>{t('takeBack')}</Button>}
      {friendship === 'friends' && (
        <Link to={conversationPath(nodeId)} className="button">
          <Icon name="messages" size={20} />
          {t('write')}
        </Link>
      )}
      {friendship === 'blocked' ? (
        <Button {...act('unblock')}>{t('unblock')}</Button>
      ) : (
        !person.closed &&
        friendship !== 'friends' && (
          <Button {...act(state.following ? 'unfollow' : 'follow')}>
            {t(state.following ? 'unfollow' : 'follow')}
          </Button>
        )
      )}
    </div>
  );
}

function PersonMenu({ person, state, onAsk }: ActProps): ReactNode {
  const t = usePeopleText();
  const { change } = useBondChange();
  const name = nameOf(person);
  if (state.self) return null;
  const items: MenuItem[] = [
    {
      id: 'mute',
      label: t(person.muted ? 'unmute' : 'mute'),
      run: () => void change(person.muted ? 'unmute' : 'mute', person.node_id, name),
    },
    { id: 'report', label: t('report'), run: () => onAsk('report') },
  ];
  if (state.friendship === 'friends')
    items.push({ id: 'remove', label: t('remove'), run: () => onAsk('remove') });
  if (state.friendship !== 'blocked')
    items.push({ id: 'block', label: t('block'), run: () => onAsk('block') });
  return <Menu label={t('menu', { name })} items={items} />;
}
