// Calls the running node over its Unix socket, by the routes' own contracts: what the node answers is parsed again
// here. No session is needed: only the owner's user may open the socket.
import type { CommandContext } from '#kernel/command.ts';
import type { RouteContract } from '#kernel/http/contract.ts';
import { problemSchema } from '#kernel/http/problem.ts';
import { AppError, type ErrorCategory, type ErrorCode, type Text } from '#protocol/errors.ts';
import { createReadStream, statSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream';
import { CALL_ANSWER_BYTES_MAX, CALL_MS_MAX } from '../limits.ts';

/** What stands in a path or a query. */
type Word = string | number | boolean;

interface AnyInput {
  readonly params?: Readonly<Record<string, Word>>;
  readonly query?: Readonly<Record<string, Word | null | undefined>>;
  readonly body?: unknown;
}

export interface ClientOptions {
  readonly socketPath: () => string;
  readonly language: keyof Text;
}

/** The two ways in which commands reach the node. */
export function createClient(options: ClientOptions): Pick<CommandContext, 'call' | 'upload'> {
  const call = async (contract: RouteContract, input: AnyInput): Promise<unknown> => {
    const body = contract.body === undefined ? undefined : Buffer.from(JSON.stringify(input.body ?? {}));
    const headers: OutgoingHttpHeaders =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length };
    const answer = await exchange(options, contract, input, { headers, body });
    return contract.output?.parse(answer);
  };
  const upload = async (
    contract: RouteContract,
    file: string,
    query: Record<string, string>,
  ): Promise<unknown> => {
    const size = statSync(file, { throwIfNoEntry: false });
    if (size === undefined || !size.isFile()) throw noFile(file);
    const headers = {
      'content-type': contract.rawBody?.contentType ?? 'application/octet-stream',
      'content-length': size.size,
    };
    const answer = await exchange(options, contract, { query }, { headers, file });
    return contract.output?.parse(answer);
  };
  // The answer was parsed by the contract's own schema, which is what makes this cast true.
  return { call, upload } as unknown as Pick<CommandContext, 'call' | 'upload'>;
}

function exchange(
  options: ClientOptions,
  contract: RouteContract,
  input: AnyInput,
  content: {
    readonly headers: OutgoingHttpHeaders;
    readonly body?: Buffer | undefined;
    readonly file?: string;
  },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      {
        socketPath: options.socketPath(),
        method: contract.method,
        path: pathOf(contract, input),
        headers: { ...content.headers, host: 'localhost', 'accept-language': options.language },
        signal: AbortSignal.timeout(CALL_MS_MAX),
        // An upload that is refused half-way leaves a connection that nothing else can use. It still asks for one
        // that stays: on a closing one the node would not linger until the refusal has been read.
        ...(content.file === undefined ? {} : { agent: new Agent({ keepAlive: true, maxFreeSockets: 0 }) }),
      },
      (answer) => {
        // A node that dies in the middle of its answer breaks the body, not the request.
        readAnswer(answer).then(resolve, (error: Error) => reject(connectionFailure(error)));
      },
    );
    asked.once('error', (error) => reject(connectionFailure(error)));
    if (content.file === undefined) {
      asked.end(content.body);
    } else {
      pipeline(createReadStream(content.file), asked, (error) => {
        // A refusal comes as an answer before the whole file has left; only an unanswered break is a failure.
        if (error !== null && error !== undefined && !asked.closed) reject(connectionFailure(error));
      });
    }
  });
}

function pathOf(contract: RouteContract, input: AnyInput): string {
  const path = contract.path.replaceAll(/:(\w+)/g, (_match, name: string) =>
    encodeURIComponent(String(input.params?.[name] ?? '')),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== null) query.set(name, String(value));
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

async function readAnswer(answer: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > CALL_ANSWER_BYTES_MAX) throw new Error('the answer of the node is too long');
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const status = answer.statusCode ?? 0;
  const isJson = /json/.test(answer.headers['content-type'] ?? '');
  const value: unknown = isJson && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : undefined;
  if (status >= 200 && status < 300) return value;
  const problem = problemSchema.safeParse(value);
  if (!problem.success) throw new Error(`the node answered ${status} without a reason`);
  throw new AppError({
    category: categoryOf(status),
    code: problem.data.code as ErrorCode,
    safe: problem.data.detail,
  });
}

function categoryOf(status: number): ErrorCategory {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
    case 410:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 409:
      return 'conflict';
    case 429:
      return 'limit';
    default:
      if (status === 503 || status === 507) return 'unavailable';
      return status >= 500 ? 'internal' : 'invalid';
  }
}

function connectionFailure(error: Error): Error {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return notRunning(error);
  if (code === 'EACCES' || code === 'EPERM') return notYours(error);
  if (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    error.name === 'AbortError' ||
    error.name === 'TimeoutError'
  ) {
    return new AppError({
      category: 'unavailable',
      code: 'cli/no-answer',
      safe: {
        en: 'The node did not answer to the end. What it had confirmed is kept. Look with "ored status", then try again.',
        fr: "Le nœud n'a pas répondu jusqu'au bout. Ce qu'il avait confirmé est gardé. Regardez avec « ored status », puis réessayez.",
      },
      cause: error,
    });
  }
  return error;
}

export function notRunning(cause?: unknown): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'cli/not-running',
    safe: {
      en: 'The node is not running. Nothing was lost. Start it with "ored start", then try again.',
      fr: "Le nœud ne tourne pas. Rien n'est perdu. Démarrez-le avec « ored start », puis réessayez.",
    },
    cause,
  });
}

function notYours(cause: unknown): AppError {
  return new AppError({
    category: 'forbidden',
    code: 'cli/not-yours',
    safe: {
      en: 'This node belongs to another user of this machine. Nothing was changed. Run the command as that user.',
      fr: "Ce nœud appartient à un autre utilisateur de cette machine. Rien n'a été modifié. Lancez la commande sous son compte.",
    },
    cause,
  });
}

function noFile(file: string): AppError {
  return new AppError({
    category: 'invalid',
    code: 'cli/no-file',
    safe: {
      en: `There is no file ${file}. Nothing was sent.`,
      fr: `Il n'y a pas de fichier ${file}. Rien n'a été envoyé.`,
    },
  });
}
