// What can go wrong between the app and its node, as one error with a sentence that the person can read.
// The node's sentence comes in the person's language (RFC 9457 `detail`); being offline is told apart from refusals.

/** `offline`: no answer came. `refused`: the node answered no. `broken`: it answered what nobody can read. */
export type ProblemKind = 'offline' | 'refused' | 'broken';

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  /** `area/problem`, stable; `web/offline` and `web/broken` are the app's own. */
  readonly code: string;
  /** The HTTP status, 0 when there was no answer. */
  readonly status: number;
  /** Seconds after which asking again makes sense. */
  readonly retryAfterS: number | undefined;

  constructor(about: {
    readonly kind: ProblemKind;
    readonly code: string;
    readonly status: number;
    /** For people; empty for the kinds that the app words itself. */
    readonly detail: string;
    readonly retryAfterS?: number | undefined;
    readonly cause?: unknown;
  }) {
    super(about.detail === '' ? about.code : about.detail, { cause: about.cause });
    this.kind = about.kind;
    this.code = about.code;
    this.status = about.status;
    this.retryAfterS = about.retryAfterS;
  }
}

export function offlineProblem(cause: unknown): Problem {
  return new Problem({ kind: 'offline', code: 'web/offline', status: 0, detail: '', cause });
}

/** True where the same request may succeed later without anybody changing it. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  return error.kind === 'offline' || error.status === 429 || error.status >= 500;
}

/** Reads a refusal. Whatever is not a problem document (a proxy's page) is `broken`, with its status. */
export async function readProblem(answer: Response): Promise<Problem> {
  const { status } = answer;
  const retryAfterS = secondsOf(answer.headers.get('retry-after'));
  const isDocument = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
  const body: unknown = isDocument ? await answer.json().catch(() => null) : null;
  if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body) {
    return new Problem({
      kind: 'refused',
      code: String(body.code),
      status,
      detail: String(body.detail),
      retryAfterS,
    });
  }
  return new Problem({ kind: 'broken', code: 'web/broken', status, detail: '', retryAfterS });
}

function secondsOf(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined;
}
