// The browser's own database of this app: notes of the app itself, the outbox, drafts and the cache of queries.
// All of it is a copy or a work in progress: clearing it loses nothing that was sent.
import { keepDeviceNote } from '../api/device-note.ts';
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

const NAME = 'ored';
const VERSION = 1;
/** Where a page that closes leaves its draft (localStorage). */
export const LAST_WORDS = 'ored.draft';

/** A file that goes with a change: the blob stays here until the change has arrived. */
export interface OutboxFile {
  readonly blob: Blob;
  readonly name: string;
  readonly alt: string;
  /** Of a recording that was made here. */
  readonly durationMs?: number;
  /** A large one that is on its way in parts: the upload that goes on. */
  readonly begun?: string;
  /** What the node called it, and when: set once it has arrived there. */
  readonly sent?: { readonly id: string; readonly at: number };
}

export type FilesUnder = 'media' | 'files';

/** One change that waits for the node. */
export interface OutboxItem {
  /** Also the Idempotency-Key: made once, sent with every try. */
  readonly key: string;
  /** Whose it is: another account on this browser never sends it. */
  readonly account: string;
  /** The area's name for what it is: `posts.create`. */
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly at: number;
  readonly state: 'waiting' | 'sending' | 'refused';
  readonly tries: number;
  /** The node's sentence, where it refused. */
  readonly problem: string | null;
  /** Sent before the change, whose body then names them in this order. */
  readonly files?: readonly OutboxFile[];
  /** Under which member of the body: posts and messages have their own word. */
  readonly filesUnder?: FilesUnder;
}

export interface Draft {
  readonly id: string;
  readonly account: string;
  readonly at: number;
  readonly value: unknown;
}

interface Schema extends DBSchema {
  note: { key: string; value: unknown };
  lease: { key: string; value: { readonly owner: string; readonly until: number } };
  outbox: { key: string; value: OutboxItem; indexes: { at: number } };
  draft: { key: string; value: Draft };
  cache: { key: string; value: unknown };
}

export type OwnDatabase = IDBPDatabase<Schema>;

let opening: Promise<OwnDatabase> | undefined;

/** The database, opened once. Rejects where the browser refuses storage (some private windows). */
export function ownDatabase(): Promise<OwnDatabase> {
  opening ??= openDB<Schema>(NAME, VERSION, {
    upgrade(db) {
      db.createObjectStore('note');
      db.createObjectStore('lease');
      db.createObjectStore('outbox', { keyPath: 'key' }).createIndex('at', 'at');
      db.createObjectStore('draft', { keyPath: 'id' });
      db.createObjectStore('cache');
    },
    // A newer app in another tab needs the database: it gets it.
    blocking: () => {
      void opening?.then((db) => db.close());
      opening = undefined;
    },
  });
  opening.catch(() => (opening = undefined));
  return opening;
}

const ACCOUNT_NOTE = 'session.account';

/** The id of the account whose data this browser keeps; undefined where nobody has signed in since it was cleared. */
export async function readAccount(): Promise<string | undefined> {
  const account = await readNote(ACCOUNT_NOTE);
  return typeof account === 'string' ? account : undefined;
}

export function writeAccount(account: string): Promise<void> {
  return writeNote(ACCOUNT_NOTE, account);
}

export async function readNote(name: string): Promise<unknown> {
  return (await ownDatabase()).get('note', name);
}

export async function writeNote(name: string, value: unknown): Promise<void> {
  await (await ownDatabase()).put('note', value, name);
}

/** Removes what belongs to an account, at sign-out. What waits to be sent is shown and decided before. */
export async function wipe(): Promise<void> {
  keepDeviceNote(LAST_WORDS, null);
  const db = await ownDatabase();
  const tx = db.transaction(['note', 'outbox', 'draft', 'cache'], 'readwrite');
  await Promise.all([
    tx.objectStore('note').clear(),
    tx.objectStore('outbox').clear(),
    tx.objectStore('draft').clear(),
    tx.objectStore('cache').clear(),
    tx.done,
  ]);
}
