// A surface for one thing among others: hairlines, no shadows.
// Purely visual: what it holds brings its own meaning and heading.
import type { HTMLAttributes, ReactNode } from 'react';

export function Card({ className = '', ...rest }: HTMLAttributes<HTMLElement>): ReactNode {
  return <section {...rest} className={`card ${className}`} />;
}
