// Any error as a sentence for the person: the node's own where it refused, ours where there was no answer.
// Never a code, a stack or a status: those are for the log of the node.
import { Problem } from '../api/problem.ts';
import { say } from '../text/messages.ts';

export function describeProblem(error: unknown): string {
  if (!(error instanceof Problem)) return say('shell', 'problem.unexpected');
  if (error.kind === 'offline') return say('shell', 'problem.offline');
  if (error.kind === 'broken') return say('shell', 'problem.broken');
  return error.message;
}
