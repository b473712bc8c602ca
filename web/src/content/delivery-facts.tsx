// Where one message stands on its way, why in the node's words, and when it is tried again: the same wherever it is
// asked, for one item with all its receivers and for the ledger as a whole.
import type { ReactNode } from 'react';
import { DeliveryState, type Delivery as DeliveryWord } from '../design/state.tsx';
import { Time } from '../design/text.tsx';
import './content.css';
import type { Entry, EntryState } from './routes.ts';
import { useContentText } from './words.ts';

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

export function DeliveryFacts({
  row,
}: {
  readonly row: Pick<Entry, 'state' | 'why' | 'attempts' | 'next_try_at' | 'updated_at'>;
}): ReactNode {
  const t = useContentText();
  const { state, why, attempts, next_try_at: next } = row;
  const [value, about] = words[state] as readonly [DeliveryWord, Parameters<typeof t>[0]?];
  const waits = state !== 'accepted' && value !== 'refused';
  return (
    <>
      <p className="delivery-facts">
        <DeliveryState value={value} {...(about === undefined ? {} : { about: t(about) })} />
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
