// Sends one file as the raw body of a route, telling how far it is. XMLHttpRequest, because fetch does not tell
// how much of a body has left, and streams of it need HTTP/2, which a node on a home network does not have.
import { currentLanguage } from '../text/language.ts';
import { offlineProblem, readProblem } from './problem.ts';
import { addressOf, type InputOf, type OutputOf, type Route } from './route.ts';
import { renewSession, sessionEnded } from './session.ts';

export interface UploadOptions {
  readonly signal?: AbortSignal;
  /** A share from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** What the body is to the node; default: the bytes of a file. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type UploadInput = Parameters<typeof addressOf>[1];

/** Uploads a file to a route with a raw body. @throws Problem; AbortError when `signal` says so */
export async function upload<R extends Route<unknown>>(
  target: R,
  file: Blob,
  input: InputOf<R>,
  options: UploadOptions = {},
): Promise<OutputOf<R>> {
  const address = addressOf(target.path, input as UploadInput);
  const first = await transfer(target.method, address, file, options);
  if (first.status !== 401) return answerOf(first);
  if (!(await renewSession())) {
    sessionEnded();
    throw await readProblem(first);
  }
  return answerOf(await transfer(target.method, address, file, options));
}

async function answerOf<Output>(answer: Response): Promise<Output> {
  if (!answer.ok) throw await readProblem(answer);
  return answer.json() as Promise<Output>;
}

function transfer(method: string, address: string, file: Blob, options: UploadOptions): Promise<Response> {
  const { signal, onProgress, type = 'application/octet-stream', headers: more = {} } = options;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.responseType = 'text';
    request.setRequestHeader('content-type', type);
    for (const [name, value] of Object.entries(more)) request.setRequestHeader(name, value);
    request.setRequestHeader('accept-language', currentLanguage());
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      if (total > 0) onProgress?.(loaded / total);
    });
    request.addEventListener('load', () => {
      const headers = new Headers();
      for (const name of ['content-type', 'retry-after']) {
        const value = request.getResponseHeader(name);
        if (value !== null) headers.set(name, value);
      }
      resolve(new Response(request.responseText, { status: request.status, headers }));
    });
    request.addEventListener('error', () => reject(offlineProblem('the upload was cut')));
    request.addEventListener('abort', () =>
      reject(new DOMException('the upload was given up', 'AbortError')),
    );
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    if (signal?.aborted === true) reject(new DOMException('the upload was given up', 'AbortError'));
    else request.send(file);
  });
}
