// The start of the app in the browser: style, session, then the screen in the place of the painted shell.
// Nothing here waits for the network when this browser knows its owner.
import './design/tokens.css';
import './design/base.css';
import './design/shell.css';
import './design/components.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { session } from './api/session.ts';
import { screens } from './features.ts';
import { loadScreen, prefetchScreens } from './router/feature.ts';
import { place, watchHistory } from './router/location.ts';
import { bestMatch } from './router/match.ts';
import { continueFirstRun, watchDoors } from './session/first-run.ts';
import { askWhoseSession, knownAccount, watchSessionEnd } from './session/lifecycle.ts';
import { followNode } from './live/live.ts';
import { keepQueries, restoreQueries } from './offline/query-cache.ts';
import { watchOutbox } from './offline/outbox.ts';
import { App } from './shell/app.tsx';
import { startServiceWorker } from './shell/service-worker.ts';

watchHistory();
watchDoors();
watchSessionEnd();
// The screen's code is on its way while the session is looked up.
const first = bestMatch(screens, place.get().path);
const code = first === undefined ? undefined : loadScreen(first.screen).catch(() => undefined);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const render = (): void =>
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
// A browser that refuses storage has no copy and knows nobody: the app then only works with the node.
const account = await knownAccount().catch(() => undefined);
if (account === undefined) {
  render();
  await askWhoseSession(code);
} else {
  // In one step in the place of the painted shell: what was last seen, and the screen for it.
  await Promise.all([restoreQueries(account).catch(() => undefined), code]);
  session.set('in');
  render();
}
void continueFirstRun();
keepQueries();
watchOutbox();
followNode();
void prefetchScreens(screens);
await startServiceWorker();
