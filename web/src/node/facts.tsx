// Facts in two columns: what, and how it is. A description list, so that the two are read together.
// Long values (addresses) break, and never push the page wide.
import type { ReactNode } from 'react';

export function Facts({ children }: { readonly children: ReactNode }): ReactNode {
  return <dl className="facts">{children}</dl>;
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
