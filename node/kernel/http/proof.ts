// What an owner's route asks of who calls it: a session, and for what cannot be undone a proof of the last minutes.
// It refuses before the handler runs; who gave a proof is said by the area that knows sessions.
import { AppError } from '#protocol/errors.ts';
import type { Actor } from '../actor.ts';
import type { RouteContract } from './contract.ts';

/** @throws access/sign-in */
export function refuseWithoutSession(contract: RouteContract, actor: Actor): void {
  if (contract.audience === 'public' || actor.kind === 'account') return;
  throw new AppError({
    category: 'unauthorized',
    code: 'access/sign-in',
    safe: { en: 'Sign in first.', fr: "Connectez-vous d'abord." },
  });
}

/** A session left open on a table, or copied, must not do what its owner cannot undo. @throws session/step-up */
export function refuseWithoutProof(contract: RouteContract, actor: Actor): void {
  if (contract.stepUp !== true) return;
  const onSocket = actor.kind === 'account' && actor.session_id === undefined;
  if (onSocket || (actor.kind === 'account' && actor.proven === true)) return;
  throw new AppError({
    category: 'forbidden',
    code: 'session/step-up',
    safe: {
      en: 'Confirm first that it is you, with your passphrase or a passkey. Nothing was changed.',
      fr: 'Confirmez d’abord que c’est bien vous, par votre phrase de passe ou une clé d’accès. Rien n’a été modifié.',
    },
  });
}
