// Two logs of one node: which one a contact follows. docs/protocol.md "Recovery".
// A branch that the recovery key has signed outranks one that it has not; between equals nothing is followed.
// Both logs are verified here; the answer says nothing about who is right, only about rank.
import { type AppError, invalid } from '../errors.ts';
import { LOG_ENTRIES_MAX } from '../limits.ts';
import { logEntries, verifyIdentityLog, type VerifiedIdentity } from './log.ts';

/**
 * same: nothing new. extends: follow. stale: an older state, or a branch that the pinned log outranks: ignore.
 * recovery-overrides: another branch, made by the recovery key: follow, and tell the owner. fork: freeze.
 */
export type LogComparison = 'same' | 'extends' | 'stale' | 'recovery-overrides' | 'fork';

/** How an offered log relates to the pinned one. @throws identity/foreign-node, and those of `verifyIdentityLog` */
export async function compareLogs(pinned: string, offered: string): Promise<LogComparison> {
  return compareIdentities(await verifyIdentityLog(pinned), await verifyIdentityLog(offered));
}

/** As `compareLogs`, for logs that are already verified. @throws identity/foreign-node */
export function compareIdentities(pinned: VerifiedIdentity, offered: VerifiedIdentity): LogComparison {
  if (pinned.nodeId !== offered.nodeId) {
    throw invalid('identity/foreign-node', 'These are the identity logs of two different nodes.');
  }
  const shared = Math.min(pinned.entries, offered.entries);
  for (let i = 0; i < shared; i++) {
    if (pinned.history[i]?.versionId !== offered.history[i]?.versionId)
      return compareBranches(pinned, offered, i);
  }
  if (pinned.entries === offered.entries) return 'same';
  return offered.entries > shared ? 'extends' : 'stale';
}

/** The branches part at index `from`. Signing entries cannot change the recovery hash: any recovery entry here is by the same key. */
function compareBranches(pinned: VerifiedIdentity, offered: VerifiedIdentity, from: number): LogComparison {
  const recovered = (identity: VerifiedIdentity) =>
    identity.history.slice(from).some(({ by }) => by === 'recovery');
  if (recovered(pinned) === recovered(offered)) return 'fork';
  return recovered(offered) ? 'recovery-overrides' : 'stale';
}

/** The first `count` entries of a log: where a recovery that undoes later entries begins. @throws identity/framing */
export function logPrefix(log: string, count: number): string {
  const lines = logEntries(log);
  if (!Number.isInteger(count) || count < 1 || count > lines.length)
    throw new Error(`no prefix of ${count} entries`);
  return `${lines.slice(0, count).join('\n')}\n`;
}

/** The entries after the first `known`, as an `identity_update` carries them. @throws identity/framing */
export function logSuffix(log: string, known: number): string[] {
  return logEntries(log).slice(known);
}

/**
 * The log that a suffix makes of the pinned one: the number in its first entry says where it begins, so that a recovery
 * can replace entries. Unverified: call `verifyIdentityLog` and `compareLogs` on the result.
 * @throws identity/suffix where it is empty, too long, or leaves a gap
 */
export function applyLogSuffix(pinned: string, suffix: readonly string[]): string {
  const lines = logEntries(pinned);
  const start = Number(/"versionId":"([1-9][0-9]{0,3})-/.exec(suffix[0] ?? '')?.[1]);
  if (!(start >= 1 && start <= lines.length + 1) || suffix.length > LOG_ENTRIES_MAX) throw badSuffix();
  if (suffix.some((line) => line.includes('\n'))) throw badSuffix();
  return [...lines.slice(0, start - 1), ...suffix, ''].join('\n');
}

function badSuffix(): AppError {
  return invalid('identity/suffix', 'These entries do not continue the identity log that this node knows.');
}
