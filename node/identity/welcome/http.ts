// Binds the routes of the first run and of the context. A node opened where something cannot work says so here,
// so that the app hides it and explains, instead of failing.
import type { Host } from '#kernel/feature.ts';
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import { sentenceIn } from '#kernel/sentence.ts';
import { whyNotTexts } from '../passkeys/model.ts';
import { whyNoPasskeys } from '../passkeys/place.ts';
import type { OwnIdentity } from '../service.ts';
import type { SignInHttp } from '../sessions/granting.ts';
import type { Sessions } from '../sessions/service.ts';
import * as api from './api.ts';
import { checkNote, welcomeSteps } from './model.ts';
import * as store from './store.ts';

export function welcomeRoutes(
  host: Host,
  parts: {
    readonly own: OwnIdentity;
    readonly sessions: Sessions;
    readonly http: SignInHttp;
    readonly displayName: () => Promise<string>;
  },
): BoundRoute[] {
  const { own, sessions, http } = parts;
  const { insecure } = host.config.edge;
  return [
    bind(api.contextRoute, async (_input, { request, language }) => {
      const self = own.self();
      const connection = http.transportOf(request);
      const why = whyNoPasskeys(request, connection);
      return {
        language: self.language,
        username: self.username,
        display_name: await parts.displayName(),
        claimed: sessions.credentials().claimed,
        url: host.serverUrl,
        insecure,
        connection,
        secure_context_possible: connection !== 'plain',
        sign_in: insecure || connection !== 'plain',
        passkeys: {
          available: why === null,
          why,
          say: why === null ? null : sentenceIn(whyNotTexts[why], language),
        },
      };
    }),
    bind(api.welcomeRoute, async () => {
      const facts = {
        credential: sessions.credentials().claimed,
        kit: own.recoveryState() === 'confirmed',
      };
      const steps = welcomeSteps(await store.listNotes(host.db.read), facts);
      return { done: steps.every(({ state }) => state !== 'open'), steps };
    }),
    bind(api.welcomeStepRoute, async ({ params: { step }, body: { state, language } }) => {
      checkNote(step, state);
      if (step === 'language' && language !== undefined) await own.setLanguage(language);
      await host.db.write((tx) => store.putNote(tx, { step, state, at: host.clock.now() }));
    }),
  ];
}
