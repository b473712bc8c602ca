// Files that go with what is being written: chosen, dropped, pasted or taken with the camera, made ready one after the
// other, each with the words for who does not see it. Kept as blobs, so they survive a closing page and no network.
import { useRef, useState } from 'react';
import { randomKey } from '../offline/random-key.ts';
import { makeReady } from './picture.ts';

/** One file (node/media): the node refuses more, so the app says it before anything travels. */
const BYTES_MAX = 50 * 1024 * 1024;

export interface AttachedFile {
  readonly id: string;
  readonly blob: Blob;
  readonly name: string;
  readonly alt: string;
  readonly width: number | null;
  readonly height: number | null;
  /** Of a recording that was made here: the file itself does not tell. */
  readonly durationMs?: number;
}

export type AttachProblem = { readonly kind: 'large' | 'many' | 'broken'; readonly name: string };

export interface Attaching {
  /** How many are still being made ready. */
  readonly pending: number;
  readonly problem: AttachProblem | undefined;
  readonly add: (files: Iterable<File>) => Promise<void>;
  readonly remove: (id: string) => void;
  readonly describe: (id: string, alt: string) => void;
}

/** Adds to, takes from and describes `files`, at most `max` of them. */
export function useAttaching(
  files: readonly AttachedFile[],
  setFiles: (files: readonly AttachedFile[]) => void,
  max: number,
): Attaching {
  const [pending, setPending] = useState(0);
  const [problem, setProblem] = useState<AttachProblem>();
  // What was set last: two files that come ready at once must not lose one another.
  const latest = useRef(files);
  latest.current = files;
  const set = (next: readonly AttachedFile[]): void => {
    latest.current = next;
    setFiles(next);
  };

  const addOne = async (file: File): Promise<void> => {
    const refused = (kind: AttachProblem['kind']): void => setProblem({ kind, name: file.name });
    if (latest.current.length >= max) return refused('many');
    setPending((count) => count + 1);
    try {
      const ready = await makeReady(file);
      if (ready.blob.size > BYTES_MAX) return refused('large');
      set([...latest.current, { ...ready, id: randomKey(), name: file.name, alt: '' }]);
    } catch {
      // Said in the form; the file is still where it was.
      refused('broken');
    } finally {
      setPending((count) => count - 1);
    }
  };

  return {
    pending,
    problem,
    async add(given) {
      setProblem(undefined);
      // One at a time: a dozen photos at once would take a phone's memory.
      for (const file of given) await addOne(file);
    },
    remove(id) {
      setProblem(undefined);
      set(latest.current.filter((file) => file.id !== id));
    },
    describe(id, alt) {
      set(latest.current.map((file) => (file.id === id ? { ...file, alt } : file)));
    },
  };
}

/** The files in what was dropped or pasted. */
export function filesIn(transfer: DataTransfer | null): File[] {
  return [...(transfer?.files ?? [])];
}
