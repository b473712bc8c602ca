// What a client still sends after its answer (a body over the limit, one for nobody) may not hold the connection:
// it has a moment to end, so that it can read the answer, and is then cut.
import type { IncomingMessage, RequestListener } from 'node:http';

/** The listener, whose answered requests end within `msMax` or lose their connection. */
export function boundLeftovers(listener: RequestListener, msMax: number): RequestListener {
  return (request, response) => {
    response.once('finish', () => cutLeftover(request, msMax));
    listener(request, response);
  };
}

function cutLeftover(request: IncomingMessage, msMax: number): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), msMax);
  timer.unref();
  request.once('close', () => clearTimeout(timer));
}
