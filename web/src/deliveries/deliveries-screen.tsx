// Everything that waits: what is still in this browser, and what the node has not brought to somebody yet. Each with
// whom it is for, since when, and a way to try again or to let it be. What arrived is not listed: it needs nobody.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, readPages } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Avatar } from '../design/avatar.tsx';
import { IconButton } from '../design/button.tsx';
import { Segmented } from '../design/choice.tsx';
import { List, Pages } from '../design/list.tsx';
import { DeliveryState } from '../design/state.tsx';
import { EmptyState, ScreenHead, Time } from '../design/text.tsx';
import type { OutboxItem } from '../offline/database.ts';
import { discard, outbox, retry } from '../offline/outbox.ts';
import { DeliveryFacts } from '../content/delivery.tsx';
import { cancelOutbox, listOutbox, retryOutbox, type Entry, type EntryState } from '../content/routes.ts';
import { conversationPath, personPath, postPath } from '../router/addresses.ts';
import { Link } from '../router/link.tsx';
import { navigate, place } from '../router/location.ts';
import { describeProblem } from '../shell/problem-words.ts';
import { announce, showToast } from '../shell/toasts.tsx';
import { useShellText } from '../shell/words.ts';
import './deliveries.css';
import { kindOfChange, kindOfMessage } from './kinds.ts';
import { useDeliveriesText } from './words.ts';

const views = ['queued', 'relayed', 'refused', 'expired'] as const satisfies readonly EntryState[];
type View = (typeof views)[number];

export function Screen(): ReactNode {
  const t = useDeliveriesText();
  const given = new URLSearchParams(useSignal(place).search).get('view');
  const view = views.find((one) => one === given) ?? 'queued';
  const here = useSignal(outbox);
  return (
    <>
      <ScreenHead title={t('title')} />
      {here.length > 0 && (
        <section className="delivery-part">
          <h2>{t('here')}</h2>
          <p className="note">{t('here.about')}</p>
          <List label={t('here')} items={here} keyOf={({ key }) => key}>
            {(item) => <HereRow item={item} />}
          </List>
        </section>
      )}
      <section className="delivery-part">
        <h2>{t('node')}</h2>
        <Segmented
          label={t('view')}
          labelHidden
          options={views.map((value) => ({ value, label: t(`view.${value}`) }))}
          value={view}
          onChange={(value) => navigate(`/deliveries?view=${value}`, { replace: true })}
        />
        <Ledger key={view} view={view} />
      </section>
    </>
  );
}

function Ledger({ view }: { readonly view: View }): ReactNode {
  const t = useDeliveriesText();
  const list = useInfiniteQuery(readPages(listOutbox, { query: { state: view } }));
  return (
    <Pages
      pages={list}
      expected={2}
      empty={<EmptyState title={t(`none.${view}`)}>{t(`none.${view}.about`)}</EmptyState>}
    >
      {(entries) => (
        <List label={t(`view.${view}`)} items={entries} keyOf={({ id }) => id}>
          {(entry) => <EntryRow entry={entry} />}
        </List>
      )}
    </Pages>
  );
}

function EntryRow({ entry }: { readonly entry: Entry }): ReactNode {
  const t = useDeliveriesText();
  const [busy, setBusy] = useState(false);
  const name = entry.to.username === '' ? t('somebody') : entry.to.username;
  const kind = t(`kind.${kindOfMessage(entry.type)}`);
  const act = async (action: 'retry' | 'cancel'): Promise<void> => {
    setBusy(true);
    try {
      await call(action === 'retry' ? retryOutbox : cancelOutbox, { params: { id: entry.id } });
      announce(t(`done.${action}`));
    } catch (error) {
      showToast({ text: describeProblem(error) });
    } finally {
      setBusy(false);
      await makeStale('outbox', 'deliveries');
    }
  };
  return (
    <div className="delivery-entry">
      <Avatar nodeId={entry.to.node_id} size={36} />
      <div>
        <p>
          <ItemLink entry={entry}>{kind}</ItemLink> <span aria-hidden="true">→</span>{' '}
          <Link to={personPath(entry.to.node_id)}>
            <bdi>{name}</bdi>
          </Link>
        </p>
        <DeliveryFacts row={entry} />
      </div>
      {entry.can_retry && (
        <IconButton
          icon="refresh"
          busy={busy}
          label={t('retry', { kind, name })}
          onClick={() => void act('retry')}
        />
      )}
      {entry.can_cancel && (
        <IconButton
          icon="close"
          busy={busy}
          label={t('cancel', { kind, name })}
          onClick={() => void act('cancel')}
        />
      )}
    </div>
  );
}

/** To the post or the conversation that a message carries; what passes between nodes only has a name. */
function ItemLink({ entry, children }: { readonly entry: Entry; readonly children: ReactNode }): ReactNode {
  const { item, to } = entry;
  if (item?.includes('/post/') === true) return <Link to={postPath(item)}>{children}</Link>;
  if (item?.includes('/message/') === true) return <Link to={conversationPath(to.node_id)}>{children}</Link>;
  return children;
}

function HereRow({ item }: { readonly item: OutboxItem }): ReactNode {
  const t = useDeliveriesText();
  const shell = useShellText();
  const refused = item.state === 'refused';
  const kind = t(`kind.${kindOfChange(item.kind)}`);
  const { text } = (item.body ?? {}) as { readonly text?: unknown };
  return (
    <div className="delivery-entry">
      <div>
        <p>{kind}</p>
        {typeof text === 'string' && (
          <p className="delivery-text">
            <bdi>{text.slice(0, 140)}</bdi>
          </p>
        )}
        <p className="row">
          <DeliveryState value={refused ? 'refused' : item.state === 'sending' ? 'sent' : 'local'} />
          <span className="mark">
            <Time at={new Date(item.at).toISOString()} />
          </span>
        </p>
        {refused && <p className="note problem">{item.problem}</p>}
      </div>
      {item.state !== 'sending' && (
        <>
          <IconButton icon="refresh" label={shell('retry')} onClick={() => void retry(item.key)} />
          <IconButton icon="trash" label={t('discard')} onClick={() => void discard(item.key)} />
        </>
      )}
    </div>
  );
}
