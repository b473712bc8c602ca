// The one error type for expected failures, shared by every program.
// Only `safe` may leave the process; `cause` stays in the log.
// HTTP statuses are derived from `category` and `code` in one place (kernel/http/problem.ts).

/** A sentence for people, in the two languages of the first users. */
export interface Text {
  readonly en: string;
  readonly fr: string;
}

export type ErrorCategory =
  'invalid' | 'unauthorized' | 'forbidden' | 'not-found' | 'conflict' | 'limit' | 'unavailable' | 'internal';

/** `area/problem`, stable: scripts and translations depend on it. */
export type ErrorCode = `${string}/${string}`;

export interface AppErrorOptions {
  readonly category: ErrorCategory;
  readonly code: ErrorCode;
  /** What happened, that nothing was lost (where true), and the next step. A plain string is English only: for errors that no owner sees. */
  readonly safe: string | Text;
  readonly cause?: unknown;
  /** Seconds after which a retry makes sense; becomes Retry-After. */
  readonly retryAfterS?: number;
}

/** An expected failure. Broken invariants use `assert` instead. */
export class AppError extends Error {
  readonly category: ErrorCategory;
  readonly code: ErrorCode;
  readonly safe: Text;
  readonly retryAfterS: number | undefined;

  constructor(options: AppErrorOptions) {
    const safe = typeof options.safe === 'string' ? { en: options.safe, fr: options.safe } : options.safe;
    super(`${options.code}: ${safe.en}`, { cause: options.cause });
    this.name = 'AppError';
    this.category = options.category;
    this.code = options.code;
    this.safe = safe;
    this.retryAfterS = options.retryAfterS;
  }
}

/** A refusal of malformed input: the category of nearly every protocol error. */
export function invalid(code: ErrorCode, safe: string | Text, cause?: unknown): AppError {
  return new AppError({ category: 'invalid', code, safe, cause });
}
