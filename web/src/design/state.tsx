// What is particular to O-Red, always in the same form: who may see something, and whether it arrived. Each is an icon
// with its word, never a colour alone. Also the number of what is unread.
import type { ReactNode } from 'react';
import { useShellText } from '../shell/words.ts';
import { Icon, type IconName } from './icon.tsx';

export type Visibility = 'public' | 'friends' | 'private';

const visibilityIcons: Readonly<Record<Visibility, IconName>> = {
  public: 'globe',
  friends: 'people',
  private: 'lock',
};

/** Who may see it, at the head of every item, after the time; `about` says more ("Friends: 12 people"). */
export function VisibilityMark({
  value,
  about,
}: {
  readonly value: Visibility;
  readonly about?: string | undefined;
}): ReactNode {
  const t = useShellText();
  return (
    <span className="mark">
      <Icon name={visibilityIcons[value]} size={16} />
      {about ?? t(`visibility.${value}`)}
    </span>
  );
}

/** `local`: still in this browser. The others are the node's own words for a delivery. */
export type Delivery = 'local' | 'queued' | 'sent' | 'arrived' | 'refused';

const deliveryIcons: Readonly<Record<Delivery, IconName>> = {
  local: 'offline',
  queued: 'clock',
  sent: 'check',
  arrived: 'checks',
  refused: 'alert',
};

/** Whether it arrived, at the foot of every item of one's own; `about` says more ("2 of 3 people"). */
export function DeliveryState({
  value,
  about,
}: {
  readonly value: Delivery;
  readonly about?: string;
}): ReactNode {
  const t = useShellText();
  return (
    <span className="mark delivery" data-state={value}>
      <Icon name={deliveryIcons[value]} size={16} />
      {about ?? t(`delivery.${value}`)}
    </span>
  );
}

/** A count of what is unread: nothing at zero, "99+" above. `label` says of what. */
export function Badge({ count, label }: { readonly count: number; readonly label: string }): ReactNode {
  if (count <= 0) return null;
  return (
    <span className="badge">
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <span className="only-read">{label}</span>
    </span>
  );
}
