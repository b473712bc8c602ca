// "Why can't they see this?": where one item of one's own stands with each who was told of it, why in the node's words,
// and what can be done: try again, or not send it. Posts and messages show it the same way, at their foot.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { itemsOf, makeStale, readPages } from '../api/queries.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button, IconButton } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Pages } from '../design/list.tsx';
import { DeliveryState, type Delivery as DeliveryWord } from '../design/state.tsx';
import { EmptyState, Time } from '../design/text.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { announce, showToast } from '../shell/toasts.tsx';
import './content.css';
import { refreshPost } from './post-cache.ts';
import {
  cancelOutbox,
  changeDeliveries,
  listDeliveries,
  retryOutbox,
  type Delivery,
  type DeliveryCounts,
  type Entry,
  type EntryState,
} from './routes.ts';
import { useContentText } from './words.ts';

/** In the order in which they matter to who asks why. */
const sums = ['refused', 'queued', 'relayed', 'cancelled', 'accepted'] as const;

/** The one word for all receivers: the worst first. */
export function wordOf(counts: DeliveryCounts): DeliveryWord {
  if (counts.refused > 0) return 'refused';
  if (counts.queued > 0) return 'queued';
  if (counts.relayed > 0) return 'sent';
  return counts.accepted > 0 ? 'arrived' : 'queued';
}

/** Whether an own item arrived; pressed, it says with whom, and why not. */
export function DeliveryButton({
  item,
  counts,
}: {
  /** Its address (`orf://…`). */
  readonly item: string;
  readonly counts: DeliveryCounts;
}): ReactNode {
  const t = useContentText();
  const [open, setOpen] = useState(false);
  const all = sums.reduce((sum, word) => sum + counts[word], 0);
  if (all === 0) return null;
  return (
    <>
      <button
        type="button"
        className="button quiet action"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <DeliveryState
          value={wordOf(counts)}
          about={t('delivery.arrived', { arrived: counts.accepted, all })}
        />
      </button>
      {open && <DeliveryDialog item={item} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Each receiver of an item. */
export function DeliveryDialog({
  item,
  onClose,
}: {
  readonly item: string;
  readonly onClose: () => void;
}): ReactNode {
  const t = useContentText();
  const list = useInfiniteQuery(readPages(listDeliveries, { query: { item } }));
  const rows = itemsOf(list.data);
  const counts = list.data?.pages[0]?.counts;
  const [busy, setBusy] = useState(false);
  const settle = async (work: () => Promise<string>): Promise<void> => {
    setBusy(true);
    try {
      announce(await work());
    } catch (error) {
      showToast({ text: describeProblem(error) });
    } finally {
      await makeStale('deliveries', 'outbox');
      await refreshPost(item);
      setBusy(false);
    }
  };
  const changeAll = (action: 'retry' | 'cancel'): void =>
    void settle(async () => {
      const { changed } = await call(changeDeliveries, { params: { action }, body: { item } });
      return t('delivery.changed', { count: changed });
    });
  const changeOne = (row: Delivery, action: 'retry' | 'cancel'): void =>
    void settle(async () => {
      await call(action === 'retry' ? retryOutbox : cancelOutbox, { params: { id: row.id } });
      return t('delivery.changed', { count: 1 });
    });
  return (
    <Dialog
      title={t('delivery.title')}
      onClose={onClose}
      actions={
        <>
          {rows.some(({ can_cancel: can }) => can) && (
            <Button busy={busy} onClick={() => changeAll('cancel')}>
              {t('delivery.cancel')}
            </Button>
          )}
          {rows.some(({ can_retry: can }) => can) && (
            <Button look="primary" icon="refresh" busy={busy} onClick={() => changeAll('retry')}>
              {t('delivery.again')}
            </Button>
          )}
        </>
      }
    >
      {counts !== undefined && <CountLine counts={counts} />}
      <Pages pages={list} expected={2} empty={<EmptyState title={t('delivery.none')} />}>
        {(items) => (
          <ul className="list deliveries" aria-label={t('delivery.people')}>
            {items.map((row) => (
              <DeliveryRow key={row.id} row={row} busy={busy} onChange={(action) => changeOne(row, action)} />
            ))}
          </ul>
        )}
      </Pages>
    </Dialog>
  );
}

function CountLine({ counts }: { readonly counts: DeliveryCounts }): ReactNode {
  const t = useContentText();
  const parts = sums.flatMap((word) =>
    counts[word] > 0 ? [t(`delivery.sum.${word}`, { count: counts[word] })] : [],
  );
  return <p className="mark">{parts.join(' · ')}</p>;
}

function DeliveryRow({
  row,
  busy,
  onChange,
}: {
  readonly row: Delivery;
  readonly busy: boolean;
  readonly onChange: (action: 'retry' | 'cancel') => void;
}): ReactNode {
  const t = useContentText();
  const name = row.to.username === '' ? t('delivery.unnamed') : row.to.username;
  return (
    <li className="delivery-row">
      <Avatar nodeId={row.to.node_id} size={32} />
      <div>
        <bdi className="post-author">{name}</bdi>
        <DeliveryFacts row={{ ...row, state: row.expired ? 'expired' : row.state }} />
      </div>
      {row.can_retry && (
        <IconButton
          icon="refresh"
          label={t('delivery.retry-one', { name })}
          busy={busy}
          onClick={() => onChange('retry')}
        />
      )}
      {row.can_cancel && (
        <IconButton
          icon="close"
          label={t('delivery.cancel-one', { name })}
          busy={busy}
          onClick={() => onChange('cancel')}
        />
      )}
    </li>
  );
}

/** The app's word for each of the node's, and what it means where the word alone says less. */
const words = {
  queued: ['queued'],
  sent: ['sent'],
  relayed: ['sent', 'delivery.relayed'],
  held: ['sent', 'delivery.held'],
  accepted: ['arrived'],
  refused: ['refused'],
  expired: ['refused', 'delivery.expired'],
  cancelled: ['refused', 'delivery.cancelled'],
} as const satisfies Record<EntryState, readonly [DeliveryWord, string?]>;

export function isEntryState(state: string | undefined): state is EntryState {
  return state !== undefined && state in words;
}

/** Where one message stands, in the app's word for the node's, and in more where the word alone says less. */
export function DeliveryMark({ state }: { readonly state: EntryState }): ReactNode {
  const t = useContentText();
  const [value, about] = words[state] as readonly [DeliveryWord, Parameters<typeof t>[0]?];
  return <DeliveryState value={value} {...(about === undefined ? {} : { about: t(about) })} />;
}

/** Where one message stands, why in the node's words, and when it is tried again: the same wherever it is asked. */
export function DeliveryFacts({
  row,
}: {
  readonly row: Pick<Entry, 'state' | 'why' | 'attempts' | 'next_try_at' | 'updated_at'>;
}): ReactNode {
  const t = useContentText();
  const { state, why, attempts, next_try_at: next } = row;
  const waits = state !== 'accepted' && words[state][0] !== 'refused';
  return (
    <>
      <p className="delivery-facts">
        <DeliveryMark state={state} />
        <span className="mark">
          <Time at={row.updated_at} />
        </span>
      </p>
      {state !== 'accepted' && why !== null && <p className="note">{why}</p>}
      {waits && attempts > 0 && (
        <p className="note">
          {t('delivery.attempts', { count: attempts })}
          {next !== null && (
            <>
              {' · '}
              {t('delivery.next')} <Time at={next} />
            </>
          )}
        </p>
      )}
    </>
  );
}
