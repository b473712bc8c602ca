// What an import needs of other areas, as narrow as it is used.
// index.ts fills these from the doors of posts and media.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Log } from '#kernel/log.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import type { BroughtPost } from '#node/posts/index.ts';
import type { ImportSource } from './model.ts';
import type { ByteSource } from './tally.ts';

export interface ImportHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly posts: {
    /** Signs posts that were written elsewhere; what it returns keeps them, in the caller's transaction. */
    bring(posts: readonly BroughtPost[]): Promise<(tx: Tx) => Promise<void>>;
    /** Removes posts that were brought, and whatever files are theirs. */
    removeBrought(tx: Tx, ids: readonly string[]): Promise<void>;
    uriOf(id: string): string;
  };
  readonly media: {
    take(
      source: AsyncIterable<Uint8Array>,
      about: { readonly name?: string | undefined; readonly alt?: string | undefined },
    ): Promise<{ readonly id: string }>;
    attach(tx: Tx, ids: readonly string[], owner: string): Promise<void>;
    release(tx: Tx, owner: string): Promise<void>;
  };
  readonly portrait: {
    /** The upload that is the owner's portrait now. */
    current(): Promise<string | null>;
    /** @throws people/avatar-unprocessable for what is no picture */
    set(mediaId: string | null): Promise<void>;
  };
  /** @throws portability/no-archive */
  open(source: ImportSource): Promise<ByteSource>;
  /** The archive is not needed any more: an upload goes, a file stays where it is. */
  drop(source: ImportSource): Promise<void>;
}
