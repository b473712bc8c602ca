// Hands pictures to the worker, one at a time, and ends the worker when there is nothing to draw.
// Refuses what would wait too long; a worker that dies refuses its picture and is made anew.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '#kernel/ports.ts';
import type { DrawAnswer, Drawings, DrawRequest } from './image-worker.ts';
import { DRAWINGS_WAITING_MAX, failures, WORKER_IDLE_MS } from './model.ts';

export interface Images extends AsyncDisposable {
  /** The picture drawn anew, smaller ones, and its colour. @throws media/picture-unprocessable, media/busy */
  draw(bytes: Uint8Array, format: DrawRequest['format']): Promise<Drawings>;
}

// The same name with the ending of this file: a release is JavaScript.
const workerFile = new URL(`./image-worker${extname(import.meta.url)}`, import.meta.url);

export function createImages(clock: Clock): Images {
  let worker: Worker | undefined;
  let cancelIdle: (() => void) | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let nextId = 1;

  const end = async (): Promise<void> => {
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };

  const drawNow = (bytes: Uint8Array, format: DrawRequest['format']): Promise<DrawAnswer> => {
    cancelIdle?.();
    worker ??= new Worker(workerFile);
    const active = worker;
    const id = nextId++;
    return new Promise<DrawAnswer>((resolve, reject) => {
      const failed = (error: unknown): void => {
        worker = undefined;
        reject(error instanceof Error ? error : new Error(`the image worker ended (${String(error)})`));
      };
      active.once('error', failed);
      active.once('exit', failed);
      active.once('message', (answer: DrawAnswer) => {
        active.removeListener('error', failed);
        active.removeListener('exit', failed);
        resolve(answer);
      });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
      active.postMessage({ id, bytes, format } satisfies DrawRequest);
    });
  };

  return {
    async draw(bytes, format) {
      if (waiting >= DRAWINGS_WAITING_MAX) throw failures.busy();
      waiting += 1;
      const turn = last.then(() => drawNow(bytes, format));
      last = turn.catch(() => undefined);
      try {
        const answer = await turn;
        if ('refused' in answer) throw failures.picture(new Error(answer.refused));
        return answer;
      } finally {
        waiting -= 1;
        if (waiting === 0) cancelIdle = clock.after(WORKER_IDLE_MS, () => void end());
      }
    },
    [Symbol.asyncDispose]: async () => {
      cancelIdle?.();
      await end();
    },
  };
}
