// A value that several parts of the app watch: the smallest store that React's useSyncExternalStore reads.
// Holds client state only (session, connection, language); what the node knows is in TanStack Query.
import { useSyncExternalStore } from 'react';

export interface Signal<Value> {
  readonly get: () => Value;
  readonly set: (value: Value) => void;
  readonly subscribe: (run: () => void) => () => void;
}

export function signal<Value>(initial: Value): Signal<Value> {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const run of listeners) run();
    },
    subscribe(run) {
      listeners.add(run);
      return () => listeners.delete(run);
    },
  };
}

/** The signal's value, read by a component. */
export function useSignal<Value>(source: Signal<Value>): Value {
  return useSyncExternalStore(source.subscribe, source.get, source.get);
}
