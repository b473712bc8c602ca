// Finding somebody: by name, address, node id or code, typed, pasted or scanned; and the other way round, one's own code
// and address to show. Nothing is sent to anybody by looking.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { read } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { List } from '../design/list.tsx';
import { canScan, CodeScanner } from '../design/pictures/code-scanner.tsx';
import { TextField } from '../design/field.tsx';
import { EmptyState, ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { personPath } from '../router/addresses.ts';
import { Link } from '../router/link.tsx';
import { navigate, place } from '../router/location.ts';
import { formatDay } from '../text/format.ts';
import { language } from '../text/language.ts';
import { nameOf } from '../text/person-name.ts';
import { bondStateOf } from './bonds/bond-state.ts';
import { useConnections } from './connections.ts';
import { givenIn } from './given-address.ts';
import { OwnCode } from './own-code.tsx';
import './people.css';
import { AskDialog } from './person-dialogs.tsx';
import { PersonRow } from './person-row.tsx';
import { findPeople, type FoundPerson } from './routes.ts';
import { usePeopleText } from './words.ts';

export function Screen(): ReactNode {
  const t = usePeopleText();
  const wanted = new URLSearchParams(useSignal(place).search).get('q') ?? '';
  const [text, setText] = useState(wanted);
  const [scanning, setScanning] = useState(false);
  const [problem, setProblem] = useState<string>();

  const follow = (typed: string): void => {
    setScanning(false);
    const given = givenIn(typed);
    if (given.kind === 'node') navigate(personPath(given.nodeId));
    else if (given.kind === 'invitation') navigate(`/invites/open?link=${encodeURIComponent(given.link)}`);
    else if (given.text === '') setProblem(t('find.missing'));
    else navigate(`/people/add?q=${encodeURIComponent(given.text)}`, { replace: true });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    follow(text);
  };
  return (
    <>
      <ScreenHead title={t('add')} />
      <form className="find" role="search" onSubmit={submit}>
        <TextField
          label={t('find')}
          advice={t('find.about')}
          problem={problem}
          type="search"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(undefined);
          }}
        />
        <div className="row">
          <Button type="submit" look="primary" icon="search">
            {t('find.go')}
          </Button>
          {canScan() && (
            <Button icon="code" onClick={() => setScanning(true)}>
              {t('scan')}
            </Button>
          )}
        </div>
      </form>
      {wanted !== '' && <Found question={wanted} />}
      <section className="part">
        <h2>{t('own')}</h2>
        <OwnCode />
      </section>
      <p className="foot-links">
        <Link to="/invites">{t('toInvites')}</Link>
      </p>
      {scanning && (
        <CodeScanner
          title={t('scan.title')}
          aim={t('scan.aim')}
          refused={t('scan.refused')}
          onCode={follow}
          onClose={() => setScanning(false)}
        />
      )}
    </>
  );
}

function Found({ question }: { readonly question: string }): ReactNode {
  const t = usePeopleText();
  const found = useQuery(read(findPeople, { query: { q: question } }));
  const [asking, setAsking] = useState<FoundPerson>();
  const count = found.data?.items.length;
  return (
    <section className="part" aria-label={t('found')}>
      <p className="only-read" role="status">
        {count !== undefined && t('found.count', { count })}
      </p>
      {found.isPending && <Skeletons count={2} />}
      {found.isError && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
      {count === 0 && <EmptyState title={t('found.none')}>{t('found.none.about')}</EmptyState>}
      {found.data !== undefined && (
        <List label={t('found')} items={found.data.items} keyOf={({ node_id: nodeId }) => nodeId}>
          {(person) => <FoundRow person={person} onAsk={() => setAsking(person)} />}
        </List>
      )}
      {asking !== undefined && <AskDialog person={asking} onClose={() => setAsking(undefined)} />}
    </section>
  );
}

function FoundRow({
  person,
  onAsk,
}: {
  readonly person: FoundPerson;
  readonly onAsk: () => void;
}): ReactNode {
  const t = usePeopleText();
  const { list } = useConnections();
  const now = useSignal(language);
  const name = nameOf(person);
  const { friendship } = bondStateOf(person, list);
  if (friendship !== 'none') return <PersonRow person={person} about={t(`bond.${friendship}`, { name })} />;
  // A name may have been another person's before: a stranger under a known name is told apart by this.
  const since = person.name_since === null ? undefined : Date.parse(person.name_since);
  const about =
    since === undefined ? undefined : t('found.since', { day: formatDay(since, Date.now(), now) });
  return (
    <PersonRow person={person} {...(about === undefined ? {} : { about })}>
      <Button icon="plus" aria-label={t('ask.title', { name })} onClick={onAsk}>
        {t('ask.short')}
      </Button>
    </PersonRow>
  );
}
