// Structured logs on standard error (or a given stream), one JSON object a line.
// Secrets and content are never logged: what looks like one is redacted, and callers log ids, not payloads.
import { pino, type DestinationStream, type Logger } from 'pino';

export type Log = Logger;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const redactedPaths = [
  'payload',
  'text',
  'token',
  'passphrase',
  'secret',
  'seed',
  'cookie',
  'authorization',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Makes the root logger of a program. */
export function createLog(options: {
  readonly level: LogLevel;
  readonly destination?: DestinationStream;
}): Log {
  const settings = {
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redactedPaths, censor: '[redacted]' },
  };
  return pino(settings, options.destination ?? process.stderr);
}
