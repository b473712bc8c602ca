// Binds the routes of the second factor. That a proof was given is the contracts' business (stepUp).
// Answers with secrets are never cached: the server says so for every answer.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import { isoTime } from '#kernel/ports.ts';
import assert from 'node:assert/strict';
import type { Sessions } from '../sessions/service.ts';
import * as api from './api.ts';
import { refusals } from './model.ts';
import type { SecondFactor } from './service.ts';

export function secondFactorRoutes(
  factor: SecondFactor,
  { sessions, account }: { readonly sessions: Sessions; readonly account: () => string },
): BoundRoute[] {
  return [
    bind(api.readSecondFactor, async () => {
      const { since, recoveryCodesLeft } = await factor.state();
      return { since: since === null ? null : isoTime(since), recovery_codes_left: recoveryCodesLeft };
    }),
    bind(api.beginSecondFactor, () => {
      if (!sessions.credentials().passphrase) throw refusals.noPassphrase();
      return factor.begin(account());
    }),
    bind(api.confirmSecondFactor, async ({ body }, { actor }) => {
      assert(actor.kind === 'account', 'an owner route has an account');
      return { recovery_codes: [...(await factor.confirm(actor, actor.account_id, body.code))] };
    }),
    bind(api.renewRecoveryCodes, async (_input, { actor }) => ({
      recovery_codes: [...(await factor.renewCodes(actor))],
    })),
    bind(api.turnOffSecondFactor, (_input, { actor }) => factor.turnOff(actor)),
  ];
}
