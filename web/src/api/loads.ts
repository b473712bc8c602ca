// Code and words that come when they are first needed, once for each key. A failure is not kept: without network now,
// with it later. What has come is marked as React marks what it has waited for, so that `use` takes it at once: a
// screen that is here opens without its waiting boxes, which React would then show for 300 ms at least.

export interface Loads<Value> {
  /** What `load` gives for the key, asked once. */
  readonly get: (key: string, load: () => Promise<Value>) => Promise<Value>;
  readonly keys: () => readonly string[];
}

export function loads<Value>(): Loads<Value> {
  const kept = new Map<string, Promise<Value>>();
  return {
    get(key, load) {
      const known = kept.get(key);
      if (known !== undefined) return known;
      const loading = load();
      kept.set(key, loading);
      loading.then(
        (value) => Object.assign(loading, { status: 'fulfilled', value }),
        () => kept.delete(key),
      );
      return loading;
    },
    keys: () => [...kept.keys()],
  };
}
