// Before what cannot be undone, the node wants a fresh proof that its owner is there. Here the question waits for its
// answer: `call` asks it, the dialog of web/src/session answers it, and all calls that wait share one answer.
import { signal } from './signal.ts';

/** A question that waits; `answer(false)`: the person went away, and the call fails with the node's sentence. */
export interface ProofRequest {
  readonly answer: (proven: boolean) => void;
}

export const proofRequest = signal<ProofRequest | undefined>(undefined);

let asking: Promise<boolean> | undefined;

/** Whether the person has just proven to be the owner; once for all who ask at the same time. */
export function askForProof(): Promise<boolean> {
  asking ??= new Promise<boolean>((resolve) => proofRequest.set({ answer: resolve })).finally(() => {
    asking = undefined;
    proofRequest.set(undefined);
  });
  return asking;
}
