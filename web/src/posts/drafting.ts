// What is being written, kept whatever closes the page: words while typing rests, files as soon as they are there.
// Sending puts it into the outbox with its files and forgets the draft; nothing here needs the network.
import { useEffect, useState } from 'react';
import { contact } from '../api/contact.ts';
import { type AttachedFile } from '../content/attached.ts';
import type { Visibility } from '../design/state.tsx';
import { keepDraft, readDraft, useDraftKeeper } from '../offline/drafts.ts';
import { enqueue, showsIn } from '../offline/outbox.ts';
import { createPost } from './routes.ts';

export interface Words {
  readonly text: string;
  /** null: none is wanted; empty: it is being written. */
  readonly warning: string | null;
  readonly visibility: Visibility;
}

export interface Drafting {
  readonly words: Words;
  readonly files: readonly AttachedFile[];
  /** What was kept has been read: until then nothing is overwritten. */
  readonly ready: boolean;
  readonly setWords: (change: Partial<Words>) => void;
  readonly setFiles: (files: readonly AttachedFile[]) => void;
  readonly clear: () => Promise<void>;
}

const nothing: Words = { text: '', warning: null, visibility: 'friends' };

/** The draft of that name, or `start` where there is none. */
export function useDrafting(name: string, start: Words = nothing): Drafting {
  const [words, setAllWords] = useState(start);
  const [files, setAllFiles] = useState<readonly AttachedFile[]>([]);
  const [ready, setReady] = useState(false);
  const filesName = `${name}/files`;
  const isStart = words.text === start.text && (words.warning ?? '') === (start.warning ?? '');
  useDraftKeeper(name, isStart ? null : words, ready);
  useEffect(() => {
    let left = false;
    void Promise.all([readDraft<Words>(name), readDraft<readonly AttachedFile[]>(filesName)])
      .then(([draft, kept]) => {
        if (left) return;
        if (draft !== undefined) setAllWords({ ...start, ...draft });
        if (kept !== undefined) setAllFiles(kept);
      })
      .finally(() => setReady(true));
    return () => {
      left = true;
    };
    // The draft is read once for its name: `start` is made anew at each rendering.
  }, [name, filesName]);
  const setFiles = (next: readonly AttachedFile[]): void => {
    setAllFiles(next);
    void keepDraft(filesName, next.length === 0 ? null : next);
  };
  return {
    words,
    files,
    ready,
    setWords: (change) => setAllWords((before) => ({ ...before, ...change })),
    setFiles,
    async clear() {
      // Who may see it is remembered for the next one.
      setAllWords({ ...start, visibility: words.visibility });
      setAllFiles([]);
      await Promise.all([keepDraft(name, null), keepDraft(filesName, null)]);
    },
  };
}

/** What the outbox holds of a post that was written here. */
export interface WaitingPost {
  readonly text: string;
  readonly warning?: string;
  readonly visibility?: Visibility;
  readonly reply_to?: string;
}

export const CREATE = 'posts.create';
showsIn(CREATE, ['feed']);

/** Gives what was written to the outbox. Resolves with whether it has to wait for the node. */
export async function send(
  { words, files, clear }: Drafting,
  replyTo: string | undefined,
): Promise<{ readonly waits: boolean }> {
  const { text, visibility } = words;
  const warning = words.warning?.trim() ?? '';
  const body: WaitingPost = {
    text,
    ...(warning === '' ? {} : { warning }),
    ...(replyTo === undefined ? { visibility } : { reply_to: replyTo }),
  };
  const outgoing = files.map(({ blob, name, alt }) => ({ blob, name, alt }));
  await enqueue(CREATE, createPost, { body }, outgoing);
  await clear();
  return { waits: contact.get() === 'lost' };
}
