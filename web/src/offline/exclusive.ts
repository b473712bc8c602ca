// One at a time across all tabs of this browser: by Web Locks where they are, else by a lease in the own database
// (Web Locks need a secure context, and a node on a home network is often opened over plain http).
// A lease ends by itself, so a tab that was killed blocks nobody for longer than that.
import { ownDatabase } from './database.ts';

const LEASE_MS = 15_000;
const LOOK_AGAIN_MS = 150;

const me = crypto.getRandomValues(new Uint32Array(2)).join('-');
// A lease tells tabs apart; within one, work stands in line here.
const inThisTab = new Map<string, Promise<unknown>>();

/** Runs `work` while nobody else runs work under this name. */
export async function exclusive<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  // Typed as always there; outside of a secure context it is not.
  const locks = navigator.locks as LockManager | undefined;
  if (locks !== undefined) return locks.request(name, work);
  const before = inThisTab.get(name) ?? Promise.resolve();
  const mine = before.then(() => withLease(name, work));
  // Whoever comes next waits for this one, however it ends.
  inThisTab.set(
    name,
    mine.catch(() => undefined),
  );
  return mine;
}

async function withLease<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  await takeLease(name);
  const renewing = setInterval(() => void tryLease(name), LEASE_MS / 3);
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    await giveLease(name);
  }
}

async function takeLease(name: string): Promise<void> {
  while (!(await tryLease(name))) {
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_AGAIN_MS);
    });
  }
}

async function tryLease(name: string): Promise<boolean> {
  const tx = (await ownDatabase()).transaction('lease', 'readwrite');
  const held = await tx.store.get(name);
  const free = held === undefined || held.owner === me || held.until < Date.now();
  if (free) await tx.store.put({ owner: me, until: Date.now() + LEASE_MS }, name);
  await tx.done;
  return free;
}

async function giveLease(name: string): Promise<void> {
  const tx = (await ownDatabase()).transaction('lease', 'readwrite');
  const held = await tx.store.get(name);
  if (held?.owner === me) await tx.store.delete(name);
  await tx.done;
}
