// One client's stream of changes: first where it stands, then what comes, a beat when nothing does.
// Nothing queues here: the log is read again when the last message has left, so that a slow client costs one message;
// one that does not take it in time is told to come back with its cursor.
import type { Clock } from '#kernel/ports.ts';
import { LIVE_BEAT_MS, LIVE_STALL_MS_MAX } from '../limits.ts';
import { liveCloseCodes } from './api.ts';
import type { ReadChanges } from './changes.ts';

/** Where a stream goes. */
export interface Sink {
  /** Resolves when the system has taken the bytes. */
  send(text: string): Promise<void>;
  close(code: number, reason: string): void;
  isOpen(): boolean;
}

export interface Stream extends Disposable {
  /** Something may have happened. */
  wake(): void;
}

export interface StreamOptions {
  readonly clock: Clock;
  readonly read: ReadChanges;
  /** Where the client stood when it left. */
  readonly after: string | undefined;
  /** Reading failed: the client comes again. */
  readonly onFailure: (error: unknown) => void;
}

/** Begins to send; disposing ends it without a word. */
export function openStream(sink: Sink, options: StreamOptions): Stream {
  const { clock, read } = options;
  let cursor = options.after;
  let greeted = false;
  let running = false;
  let again = false;
  let cancelBeat = (): void => undefined;

  const send = (text: string): Promise<void> => {
    const cancel = clock.after(LIVE_STALL_MS_MAX, () => sink.close(liveCloseCodes.comeBack, 'too slow'));
    return sink.send(text).finally(cancel);
  };

  /** Sends until nothing is left; `beat` sends once even when there is nothing. */
  const pump = async (beat: boolean): Promise<void> => {
    let due = beat || !greeted;
    do {
      again = false;
      const found = await read(cursor);
      if (!sink.isOpen()) return;
      cursor = found.cursor;
      if (due || found.reset || found.changes.length > 0) await send(JSON.stringify(found));
      due = false;
      greeted = true;
      again ||= found.more;
    } while (again && sink.isOpen());
  };

  const run = (beat: boolean): void => {
    again = true;
    if (running || !sink.isOpen()) return;
    running = true;
    pump(beat)
      .catch((error: unknown) => {
        // What fails because the client went is not worth a word.
        if (sink.isOpen()) options.onFailure(error);
      })
      .finally(() => {
        running = false;
        if (again && sink.isOpen()) run(false);
      });
  };

  const beatLater = (): void => {
    cancelBeat = clock.after(LIVE_BEAT_MS, () => {
      if (!sink.isOpen()) return;
      run(true);
      beatLater();
    });
  };

  run(true);
  beatLater();
  return {
    wake: () => run(false),
    [Symbol.dispose]: () => cancelBeat(),
  };
}
