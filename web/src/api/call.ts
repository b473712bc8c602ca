// Calls routes of the own node, as the signed-in owner, and nobody else: paths only, no other origin is possible.
// A session that has ended is renewed once for all calls that met it; when it cannot be, the sign-in screen opens
// and the call fails with its Problem. The node checks Origin and its cookies are SameSite=Strict: no token here.
import { currentLanguage } from '../text/language.ts';
import { offlineProblem, Problem, readProblem } from './problem.ts';
import { addressOf, type InputOf, type OutputOf, type Route } from './route.ts';
import { noteContact } from './contact.ts';
import { renewSession, sessionEnded } from './session.ts';

/** Codes with which the node says that the session is over. */
const SESSION_CODES: ReadonlySet<string> = new Set(['access/sign-in', 'session/token']);
/** Longest wait for the head of an answer: a slow phone line gives one within seconds. */
const ANSWER_MS_MAX = 30_000;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** A key under which the node makes the effect happen once, however often this is sent. */
  readonly idempotencyKey?: string;
  /** Sent without trying to renew the session: for signing in itself. */
  readonly anonymous?: boolean;
}

interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Calls a route. @throws Problem */
export async function call<R extends Route<unknown>>(
  target: R,
  input: InputOf<R>,
  options: CallOptions = {},
): Promise<OutputOf<R>> {
  const { body, ...where } = input as {
    params?: Record<string, unknown>;
    query?: Record<string, unknown>;
    body?: unknown;
  };
  const answer = await ask(
    addressOf(target.path, where),
    {
      method: target.method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    },
    options,
  );
  if (answer.status === 204) return undefined as OutputOf<R>;
  return readJson(answer) as Promise<OutputOf<R>>;
}

/** fetch on the own node, with the renewal of the session and problems as errors. @throws Problem */
async function ask(address: string, init: Sent, options: CallOptions): Promise<Response> {
  const first = await send(address, init, options);
  if (first.ok) return first;
  const problem = await readProblem(first);
  const isOver = first.status === 401 && SESSION_CODES.has(problem.code);
  if (options.anonymous === true || !isOver) throw problem;
  if (!(await renewSession())) {
    sessionEnded();
    throw problem;
  }
  const second = await send(address, init, options);
  if (second.ok) return second;
  const left = await readProblem(second);
  if (second.status === 401 && SESSION_CODES.has(left.code)) sessionEnded();
  throw left;
}

async function send(address: string, init: Sent, { signal }: CallOptions): Promise<Response> {
  const limit = AbortSignal.timeout(ANSWER_MS_MAX);
  try {
    const answer = await fetch(address, {
      ...init,
      headers: { 'accept-language': currentLanguage(), ...init.headers },
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    noteContact(true);
    return answer;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    noteContact(false);
    throw offlineProblem(error);
  }
}

async function readJson(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch (cause) {
    // Cut in the middle, or not what the contract says.
    throw new Problem({ kind: 'broken', code: 'web/broken', status: answer.status, detail: '', cause });
  }
}
