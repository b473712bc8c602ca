// Searching everything the owner may see: posts, messages, and people they know, with the words that were met marked.
// Results come while one types; arrows go from the field through the results and back. What is typed goes to the own
// node only: looking in directories is a step of its own, on another screen.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { QUERY_CHARS_MAX } from '#protocol/limits.ts';
import { itemsOf, readPages } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { Segmented } from '../design/choice.tsx';
import { TextField } from '../design/field.tsx';
import { Pages } from '../design/list.tsx';
import { EmptyState, ScreenHead } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { navigate, place } from '../router/location.ts';
import { fitsName } from './matching.ts';
import { forgetSearches, keepSearch, recentSearches } from './recent.ts';
import { FoundText, PersonFound } from './result.tsx';
import { find, listConnections, type Connection } from './routes.ts';
import './search.css';
import { useSearchText } from './words.ts';

const kinds = ['all', 'people', 'post', 'message'] as const;
type Kind = (typeof kinds)[number];

/** Rest in the typing after which the node is asked. */
const REST_MS = 250;
const QUESTION_CHARS_MIN = 2;
/** People shown beside other results; all of them in their own view. */
const PEOPLE_BESIDE = 3;
const CONNECTIONS_A_PAGE = 100;

export function Screen(): ReactNode {
  const t = useSearchText();
  const given = new URLSearchParams(place.get().search);
  const [text, setText] = useState(given.get('q') ?? '');
  const [asked, setAsked] = useState(text);
  const [kind, setKind] = useState<Kind>(kinds.find((one) => one === given.get('kind')) ?? 'all');
  const field = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    const search = new URLSearchParams({
      ...(asked === '' ? {} : { q: asked }),
      ...(kind === 'all' ? {} : { kind }),
    });
    const to = search.size === 0 ? '/search' : `/search?${search.toString()}`;
    // Coming back finds the same results.
    if (to !== place.get().path + place.get().search) navigate(to, { replace: true });
  }, [asked, kind]);
  useEffect(() => {
    if (place.get().by !== 'history') field.current?.focus();
  }, []);

  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || box.current === null) return;
    const stops = [...box.current.querySelectorAll<HTMLElement>('input[type=search], [data-result] a')];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    if (at === -1) return;
    event.preventDefault();
    stops[Math.min(stops.length - 1, Math.max(0, at + step))]?.focus();
  };
  const ask = (question: string): void => {
    setText(question);
    setAsked(question);
    field.current?.focus();
  };
  const worthAsking = asked.trim().length >= QUESTION_CHARS_MIN;
  return (
    <>
      <ScreenHead title={t('title')} />
      <div ref={box} onKeyDown={move} role="presentation">
        <form
          role="search"
          className="search-form"
          onSubmit={(event) => {
            event.preventDefault();
            setAsked(text);
          }}
        >
          <TextField
            ref={field}
            type="search"
            label={t('label')}
            advice={t('advice')}
            enterKeyHint="search"
            autoComplete="off"
            dir="auto"
            maxLength={QUERY_CHARS_MAX}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Segmented
            label={t('kind')}
            labelHidden
            options={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
            value={kind}
            onChange={setKind}
          />
        </form>
        {worthAsking ? <Results question={asked} kind={kind} /> : <Recent onAsk={ask} />}
      </div>
    </>
  );
}

function Results({ question, kind }: { readonly question: string; readonly kind: Kind }): ReactNode {
  const t = useSearchText();
  const people = usePeople(question, kind === 'all' || kind === 'people');
  const wantsTexts = kind !== 'people';
  const pages = useInfiniteQuery({
    ...readPages(find, {
      query: { q: question, ...(kind === 'post' || kind === 'message' ? { kind } : {}) },
    }),
    enabled: wantsTexts,
  });
  const texts = wantsTexts ? itemsOf(pages.data) : [];
  const shownPeople = kind === 'all' ? people.slice(0, PEOPLE_BESIDE) : people;
  const done = !wantsTexts || pages.isSuccess;
  const nothing = done && texts.length === 0 && shownPeople.length === 0;
  const keep = (): void => void keepSearch(question.trim());
  return (
    <>
      <p className="only-read" role="status">
        {done && t('count', { count: texts.length + shownPeople.length })}
      </p>
      {shownPeople.length > 0 && (
        <section className="part" aria-label={t('kind.people')}>
          <h2>{t('kind.people')}</h2>
          <ul className="list">
            {shownPeople.map((person) => (
              <li key={person.node_id} data-result onClickCapture={keep}>
                <PersonFound person={person} question={question} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {wantsTexts && (
        <Pages pages={pages} expected={3}>
          {(texts) => (
            <section className="part" aria-label={t('texts')}>
              {kind === 'all' && <h2>{t('texts')}</h2>}
              <ul className="list">
                {texts.map((found) => (
                  <li key={`${found.kind} ${found.id}`} data-result onClickCapture={keep}>
                    <FoundText found={found} question={question} />
                  </li>
                ))}
              </ul>
            </section>
          )}
        </Pages>
      )}
      {nothing && <EmptyState title={t('none')}>{t('none.about')}</EmptyState>}
      {(kind === 'all' || kind === 'people') && (
        <p className="elsewhere">
          <Link to={`/people/add?q=${encodeURIComponent(question.trim())}`}>
            {t('elsewhere', { question: question.trim() })}
          </Link>
        </p>
      )}
    </>
  );
}

/** People the owner knows whose names fit; the list is the one that People shows, so it is here already. */
function usePeople(question: string, wanted: boolean): readonly Connection[] {
  const query = { limit: CONNECTIONS_A_PAGE };
  const { data } = useInfiniteQuery({ ...readPages(listConnections, { query }), enabled: wanted });
  if (!wanted) return [];
  const known = new Map<string, Connection>();
  for (const person of itemsOf(data)) {
    if (fitsName(`${person.display_name} ${person.username}`, question)) known.set(person.node_id, person);
  }
  return [...known.values()];
}

function Recent({ onAsk }: { readonly onAsk: (question: string) => void }): ReactNode {
  const t = useSearchText();
  const [recent, setRecent] = useState<readonly string[]>([]);
  useEffect(() => {
    // Without storage there are none.
    recentSearches().then(setRecent, () => undefined);
  }, []);
  if (recent.length === 0) return <EmptyState title={t('start')}>{t('start.about')}</EmptyState>;
  const forget = (): void => {
    setRecent([]);
    void forgetSearches();
  };
  return (
    <section className="part">
      <div className="recent-head">
        <h2>{t('recent')}</h2>
        <Button look="quiet" onClick={forget}>
          {t('recent.forget')}
        </Button>
      </div>
      <ul className="list" aria-label={t('recent')}>
        {recent.map((question) => (
          <li key={question}>
            <Button look="quiet" icon="clock" onClick={() => onAsk(question)}>
              <bdi>{question}</bdi>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
