// What the node noted down: who did what and when, newest first, in a chain that shows if anything was changed
// afterwards. The chain is walked when asked.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { read, readPages } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { List, Pages } from '../design/list.tsx';
import { ProblemNote, ScreenHead } from '../design/text.tsx';
import { formatMoment } from '../text/format.ts';
import { language } from '../text/language.ts';
import { Bad, Good } from './node-screen.tsx';
import './node.css';
import { listAudit, verifyAudit, type Entry } from './routes.ts';
import { useNodeText } from './words.ts';

const areas = [
  'access',
  'conversations',
  'federation',
  'identity',
  'notifications',
  'people',
  'posts',
  'session',
] as const;

export function Screen(): ReactNode {
  const t = useNodeText();
  const list = useInfiniteQuery(readPages(listAudit, {}));
  return (
    <>
      <BackLink to="/node">{t('title')}</BackLink>
      <ScreenHead title={t('log')} />
      <p className="about">{t('log.about')}</p>
      <Verification />
      <Pages pages={list}>
        {(entries) => (
          <List label={t('log')} items={entries} keyOf={({ seq }) => String(seq)}>
            {(entry) => <EntryRow entry={entry} />}
          </List>
        )}
      </Pages>
    </>
  );
}

function Verification(): ReactNode {
  const t = useNodeText();
  const [asked, setAsked] = useState(false);
  const walk = useQuery({ ...read(verifyAudit, {}), enabled: asked, staleTime: 0 });
  return (
    <div className="row" role="status">
      <Button
        icon="shield"
        busy={walk.isFetching}
        onClick={() => (asked ? void walk.refetch() : setAsked(true))}
      >
        {t('log.verify')}
      </Button>
      {walk.isError && <ProblemNote error={walk.error} />}
      {walk.data?.ok === true && <Good>{t('log.whole', { count: walk.data.entries })}</Good>}
      {walk.data?.ok === false && <Bad>{t('log.broken', { seq: walk.data.broken_at ?? 0 })}</Bad>}
    </div>
  );
}

function EntryRow({ entry }: { readonly entry: Entry }): ReactNode {
  const t = useNodeText();
  const now = useSignal(language);
  const start = entry.type.split('.')[0] ?? '';
  const area = areas.find((name) => name === start);
  return (
    <article className="entry">
      <p>
        <code>{entry.type}</code> {area !== undefined && <span className="mark">{t(`area.${area}`)}</span>}
      </p>
      <p className="mark">
        <time dateTime={entry.at}>{formatMoment(Date.parse(entry.at), now)}</time>
        <span title={entry.actor}>{byWhom(entry.actor, t)}</span>
      </p>
      <p className="entry-subject">
        <bdi>{entry.subject}</bdi>
      </p>
    </article>
  );
}

/** `account:…`, `node:…`, `system` or `anonymous` (node/kernel/actor.ts); of a node id the beginning tells it apart. */
function byWhom(actor: string, t: ReturnType<typeof useNodeText>): string {
  const [kind = '', id = ''] = actor.split(':');
  if (kind === 'account') return t('log.by.owner');
  if (kind === 'system') return t('log.by.system');
  return id === '' ? t('log.by.anonymous') : t('log.by.node', { id: id.slice(0, 12) });
}
