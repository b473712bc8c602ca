// A person's hand on the app: it taps, types and looks, by the words on the screen only, and counts what it did and how
// long it waited for the app. A field that the app has put the cursor into needs no tap; a file costs two: the button,
// and the picture in the system's own window.
// An album, where there is one, gets a picture of every step.
import type { Locator, Page } from 'playwright-core';
import type { Visit } from '../kit/index.ts';

export interface Effort {
  readonly taps: number;
  readonly fields: number;
  /** From the first look to the last, with the hand's own speed, which is a machine's. */
  readonly elapsedMs: number;
  /** What of it was waiting for the app. */
  readonly waitedMs: number;
}

export interface Picture {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Where pictures of the steps go, in their order. */
export interface Album {
  keep(page: Page, step: string): Promise<void>;
}

export interface Hand {
  tap(what: Locator): Promise<void>;
  type(field: Locator, words: string): Promise<void>;
  choose(button: Locator, picture: Picture): Promise<void>;
  /** Waits until it is on the screen. */
  see(what: Locator): Promise<void>;
  step(name: string): Promise<void>;
  effort(): Effort;
}

export function handOn({ page }: Visit, album?: Album): Hand {
  const began = performance.now();
  const done = { taps: 0, fields: 0, waitedMs: 0 };
  const tap = async (what: Locator): Promise<void> => {
    const asked = performance.now();
    await what.click();
    done.waitedMs += performance.now() - asked;
    done.taps += 1;
  };
  return {
    tap,
    async type(field, words) {
      await field.waitFor();
      const hasCursor = await field.evaluate((element) => element === document.activeElement);
      if (!hasCursor) await tap(field);
      await page.keyboard.insertText(words);
      done.fields += 1;
    },
    async choose(button, picture) {
      const [window] = await Promise.all([page.waitForEvent('filechooser'), tap(button)]);
      await window.setFiles(picture);
      done.taps += 1;
    },
    async see(what) {
      const asked = performance.now();
      await what.waitFor();
      done.waitedMs += performance.now() - asked;
    },
    step: async (name) => album?.keep(page, name),
    effort: () => ({
      taps: done.taps,
      fields: done.fields,
      elapsedMs: Math.round(performance.now() - began),
      waitedMs: Math.round(done.waitedMs),
    }),
  };
}
