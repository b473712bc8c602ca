// The table that the areas fill: which message type goes to whom. Federation never imports an area.
// A batch is applied under a savepoint; when it throws, it is bisected and only the culprit is refused.
import type { Database, Tx } from '#kernel/db/database.ts';
import { isSqliteError } from '#kernel/db/open-sqlite.ts';
import type { Log } from '#kernel/log.ts';
import { AppError, type MessageId } from '#protocol';
import type { MessageType } from '#protocol/messages';
import assert from 'node:assert/strict';
import { refusalOf, refusals, type Outcome, type Refusal, type Verified } from './model.ts';

export interface MessageHandler<T extends MessageType> {
  readonly from: 'contacts' | 'anyone';
  /** Applies a batch, in each pair's order. An AppError thrown refuses one message: the batch is bisected to find it. */
  apply(tx: Tx, batch: readonly Verified<T>[]): Promise<void | readonly Outcome[]>;
}

/** A handler whose type is known only by its key in the table. */
interface AnyHandler {
  readonly from: 'contacts' | 'anyone';
  apply(tx: Tx, batch: readonly Verified[]): ReturnType<MessageHandler<MessageType>['apply']>;
}

export class Handlers {
  readonly #db: Database;
  readonly #log: Log;
  readonly #byType = new Map<string, AnyHandler>();

  constructor(db: Database, log: Log) {
    this.#db = db;
    this.#log = log;
  }

  register<T extends MessageType>(type: T, handler: MessageHandler<T>): void {
    assert(!this.#byType.has(type), `two handlers for ${type}`);
    // The table gives a handler only messages of its own type.
    this.#byType.set(type, handler);
  }

  get(type: string): AnyHandler | undefined {
    return this.#byType.get(type);
  }

  /**
   * Applies a batch of one type and returns the refusals by message id. `mark` is called before each savepoint,
   * `undo` when one is undone, for what the caller keeps in memory beside it.
   * @throws what makes the whole group fail: a full disk, a damaged database, an unavailable part
   */
  async apply(
    tx: Tx,
    handler: AnyHandler,
    batch: readonly Verified[],
    undo: () => void,
    mark: () => void,
  ): Promise<Map<MessageId, Refusal>> {
    mark();
    try {
      const outcomes = (await this.#db.savepoint(tx, () => handler.apply(tx, batch))) ?? [];
      return new Map(outcomes.map(({ id, refuse }) => [id, refusalOf(refuse)]));
    } catch (error) {
      undo();
      if (endsGroup(error)) throw error;
      const [first] = batch;
      assert(first !== undefined);
      if (batch.length === 1) return new Map([[first.id, this.#refusalOf(first, error)]]);
      const middle = batch.length >> 1;
      const left = await this.apply(tx, handler, batch.slice(0, middle), undo, mark);
      const right = await this.apply(tx, handler, batch.slice(middle), undo, mark);
      return new Map([...left, ...right]);
    }
  }

  #refusalOf(message: Verified, error: unknown): Refusal {
    if (error instanceof AppError) return refusalOf(error);
    // A fault of ours, not of the sender: the message is refused with a code that says so, and the log has it whole.
    this.#log.error({ err: error, type: message.type, id: message.id }, 'a message handler failed');
    return refusals.handler;
  }
}

function endsGroup(error: unknown): boolean {
  if (error instanceof AppError) return error.category === 'unavailable' || error.code === 'db/nested';
  return ['SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_CORRUPT', 'SQLITE_BUSY'].some((code) =>
    isSqliteError(error, code),
  );
}
