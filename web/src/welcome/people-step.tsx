// The last step: people one knows, by name, address, node id or invite link. It may be left empty; the same search
// stands under People later. Whoever is asked is told so by their own node.
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, read } from '../api/queries.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { Icon } from '../design/icon.tsx';
import { List } from '../design/list.tsx';
import { ProblemNote, ScreenHead } from '../design/text.tsx';
import { navigate } from '../router/location.ts';
import { noteFirstRunDone } from '../session/first-run.ts';
import { addFriend, findPeople, leaveStep, type FoundPerson } from './first-run.ts';
import { StepForm } from './step-form.tsx';
import { useWelcomeText } from './words.ts';

export function PeopleStep(): ReactNode {
  const t = useWelcomeText();
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState<readonly FoundPerson[]>([]);
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const question = useDeferredValue(typed.trim());

  const finish = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await leaveStep('people', asked.length > 0 ? 'done' : 'later');
      await noteFirstRunDone();
      navigate('/', { replace: true });
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <>
      <ScreenHead title={t('people.title')} />
      <StepForm step="people" next={t('finish')} busy={busy} problem={problem} onNext={() => void finish()}>
        <p className="lead">{t('people.about')}</p>
        <TextField
          label={t('people.label')}
          advice={t('people.advice')}
          value={typed}
          type="search"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          dir="auto"
          onChange={({ target }) => setTyped(target.value)}
        />
        {question !== '' && (
          <Found
            question={question}
            asked={asked}
            onAsked={(person) => {
              setAsked([...asked, person]);
              setTyped('');
            }}
          />
        )}
        {asked.length > 0 && (
          <div role="status">
            <h2>{t('people.asked')}</h2>
            <List label={t('people.asked')} items={asked} keyOf={({ node_id }) => node_id}>
              {(person) => <PersonRow person={person} isAsked />}
            </List>
          </div>
        )}
      </StepForm>
    </>
  );
}

function Found({
  question,
  asked,
  onAsked,
}: {
  readonly question: string;
  readonly asked: readonly FoundPerson[];
  readonly onAsked: (person: FoundPerson) => void;
}): ReactNode {
  const t = useWelcomeText();
  const found = useQuery({ ...read(findPeople, { query: { q: question } }), retry: false });
  if (found.isPending)
    return (
      <p className="note" role="status">
        {t('people.looking')}
      </p>
    );
  if (found.isError) return <ProblemNote error={found.error} />;
  if (found.data.items.length === 0)
    return (
      <p className="note" role="status">
        {t('people.nobody')}
      </p>
    );
  return (
    <List label={t('people.found')} items={found.data.items} keyOf={({ node_id }) => node_id}>
      {(person) => (
        <PersonRow
          person={person}
          isAsked={person.relationship.length > 0 || asked.some(({ node_id }) => node_id === person.node_id)}
          onAsked={() => onAsked(person)}
        />
      )}
    </List>
  );
}

function PersonRow({
  person,
  isAsked,
  onAsked,
}: {
  readonly person: FoundPerson;
  readonly isAsked: boolean;
  readonly onAsked?: () => void;
}): ReactNode {
  const t = useWelcomeText();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const name = person.display_name ?? person.username;
  const add = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await call(addFriend, { body: { who: person.node_id } });
      onAsked?.();
      await makeStale('connections', 'people');
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="person-row">
        <Avatar nodeId={person.node_id} picture={person.avatar} />
        <span>
          <bdi>{name}</bdi>
          <small translate="no">{person.username}</small>
        </span>
        {isAsked ? (
          <span className="mark">
            <Icon name="check" size={16} />
            {t('people.isAsked')}
          </span>
        ) : (
          <Button busy={busy} aria-label={t('people.askName', { name })} onClick={() => void add()}>
            {t('people.ask')}
          </Button>
        )}
      </div>
      {problem !== undefined && <ProblemNote error={problem} />}
    </>
  );
}
