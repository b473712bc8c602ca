// The door of identity logs: create, change, verify and compare them. docs/protocol.md "Identity" and "Recovery".
// The files behind it: did.ts (identifiers), entry.ts (bytes of an entry), log.ts (verification), write.ts, compare.ts.
export { NO_HOST, formatDid, parseDid, type DidLocation } from './identity/did.ts';
export {
  keyHash,
  logEntries,
  verifyIdentityLog,
  type EntryAuthority,
  type SigningKeyPeriod,
  type VerifiedIdentity,
  type VerifyLogOptions,
} from './identity/log.ts';
export {
  createIdentity,
  deactivateIdentity,
  renameIdentity,
  rotateIdentity,
  type NewIdentity,
  type Rotation,
  type RotationByRecoveryKey,
  type RotationBySigningKey,
} from './identity/write.ts';
export {
  applyLogSuffix,
  compareIdentities,
  compareLogs,
  logPrefix,
  logSuffix,
  type LogComparison,
} from './identity/compare.ts';
