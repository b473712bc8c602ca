// Calls routes of the own node, as the signed-in owner, and nobody else: paths only, no other origin is possible.
// A session that has ended is renewed once for all calls that met it; when it cannot be, the sign-in screen opens
// and the call fails with its Problem. A call that needs a fresh proof waits for the dialog that asks for it.
// The node checks Origin and its cookies are SameSite=Strict: no token here.
import { currentLanguage } from '../text/language.ts';
import { offlineProblem, Problem, readProblem } from './problem.ts';
import { addressOf, type InputOf, type OutputOf, type Route } from './route.ts';
import { noteContact } from './contact.ts';
import { renewSession, sessionEnded } from './session.ts';
import { askForProof } from './step-up.ts';

/** Codes with which the node says that the session is over. */
const SESSION_CODES: ReadonlySet<string> = new Set(['access/sign-in', 'session/token']);
/** Code with which the node asks for the passphrase or a passkey once more. */
const STEP_UP_CODE = 'session/step-up';
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

/** What can be done about a refusal, each at most once a call: true, and the call goes on. */
const remedies = { renew: renewSession, prove: askForProof } as const;

function remedyOf(status: number, code: string): keyof typeof remedies | undefined {
  if (status === 401 && SESSION_CODES.has(code)) return 'renew';
  return code === STEP_UP_CODE ? 'prove' : undefined;
}

/** fetch on the own node, with the renewal of the session, the proof of step-up, and problems as errors. @throws Problem */
async function ask(address: string, init: Sent, options: CallOptions): Promise<Response> {
  const tried = new Set<string>();
  for (;;) {
    const answer = await send(address, init, options);
    if (answer.ok) return answer;
    const problem = await readProblem(answer);
    const remedy = options.anonymous === true ? undefined : remedyOf(answer.status, problem.code);
    if (remedy === undefined) throw problem;
    if (tried.has(remedy) || !(await remedies[remedy]())) {
      if (remedy === 'renew') sessionEnded();
      throw problem;
    }
    tried.add(remedy);
  }
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
