// Who did not answer a question, and who has shown itself since: whatever waits for a node is due the moment that it
// is there again, however long the pause had become. In memory only: after a start everybody is asked anew.
import { AppError, type NodeId } from '#protocol';

/** Absent nodes remembered. A forgotten one is asked again when the pause of whoever asks has passed. */
const ABSENT_KEPT_MAX = 10_000;

export type ReturnListener = (nodeId: NodeId) => void;

/** A question under way. */
interface Attempt {
  heard: boolean;
}

export class Absences {
  readonly #absent = new Set<NodeId>();
  readonly #attempts = new Map<NodeId, Set<Attempt>>();
  readonly #listeners = new Set<ReturnListener>();

  /** Calls `listener` for each node that had not answered and is there again. */
  onReturn(listener: ReturnListener): void {
    this.#listeners.add(listener);
  }

  /** A node has proven that it is there, or has answered. Called for each envelope: two look-ups where nobody is missed. */
  heard(nodeId: NodeId): void {
    for (const attempt of this.#attempts.get(nodeId) ?? []) attempt.heard = true;
    if (!this.#absent.delete(nodeId)) return;
    for (const listener of this.#listeners) listener(nodeId);
  }

  /**
   * Runs a question to a node and notes whether it answered. One that was asked while the node came back is asked
   * once more: its first attempt may have gone to a process that was gone. @throws what `ask` throws
   */
  async watch<Answer>(nodeId: NodeId, ask: () => Promise<Answer>): Promise<Answer> {
    const attempt: Attempt = { heard: false };
    const attempts = this.#attempts.get(nodeId) ?? new Set();
    this.#attempts.set(nodeId, attempts.add(attempt));
    try {
      return await ask();
    } catch (error) {
      if (!isSilence(error)) throw error;
      if (attempt.heard) return await this.#askAgain(nodeId, ask);
      this.#note(nodeId);
      throw error;
    } finally {
      attempts.delete(attempt);
      if (attempts.size === 0) this.#attempts.delete(nodeId);
    }
  }

  async #askAgain<Answer>(nodeId: NodeId, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      if (isSilence(error)) this.#note(nodeId);
      throw error;
    }
  }

  #note(nodeId: NodeId): void {
    if (this.#absent.size >= ABSENT_KEPT_MAX) {
      const [oldest] = this.#absent;
      if (oldest !== undefined) this.#absent.delete(oldest);
    }
    this.#absent.add(nodeId);
  }
}

/** Whether a question failed because nobody was there, or because nobody knows where: not by the other's refusal. */
export function isSilence(error: unknown): boolean {
  return (
    error instanceof AppError && (error.category === 'unavailable' || error.code === 'discovery/unknown')
  );
}
