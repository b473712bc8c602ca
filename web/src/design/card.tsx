// Surfaces: a card for one thing among others, and a list of rows. Hairlines, no shadows.
// Purely visual: what they hold brings its own meaning and headings.
import type { HTMLAttributes, ReactNode } from 'react';

export function Card({ className = '', ...rest }: HTMLAttributes<HTMLElement>): ReactNode {
  return <section {...rest} className={`card ${className}`} />;
}

/** A list of rows with a line between them; `label` names it for screen readers. */
export function List<Item>({
  label,
  items,
  keyOf,
  children,
}: {
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly children: (item: Item) => ReactNode;
}): ReactNode {
  return (
    <ul className="list" aria-label={label}>
      {items.map((item) => (
        <li key={keyOf(item)}>{children(item)}</li>
      ))}
    </ul>
  );
}
