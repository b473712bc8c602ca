// The steps of the first run. Pure: no I/O.
// Two of them cannot be ticked off: that there is a credential and that the kit is written down are facts.
import { AppError } from '#protocol/errors.ts';

export const steps = ['language', 'profile', 'credential', 'kit', 'people'] as const;
export type Step = (typeof steps)[number];
export const states = ['open', 'later', 'done'] as const;
export type StepState = (typeof states)[number];

/** How each step stands, from what was noted and what is so. */
export function welcomeSteps(
  noted: ReadonlyMap<string, StepState>,
  facts: { readonly credential: boolean; readonly kit: boolean },
): { step: Step; state: StepState }[] {
  return steps.map((step) => {
    if ((step === 'credential' || step === 'kit') && facts[step]) return { step, state: 'done' };
    return { step, state: noted.get(step) ?? 'open' };
  });
}

/** @throws welcome/not-yet for what only the doing of it ends; a credential cannot be left for later */
export function checkNote(step: Step, state: StepState): void {
  const allowed = step === 'credential' ? [] : step === 'kit' ? ['later'] : ['done', 'later'];
  if (allowed.includes(state)) return;
  throw new AppError({
    category: 'conflict',
    code: 'welcome/not-yet',
    safe: {
      en: 'This step ends by doing it: choose a passphrase or a passkey, and confirm the words of the kit. Nothing was changed.',
      fr: "Cette étape se termine en la faisant : choisissez une phrase de passe ou une clé d'accès, et confirmez les mots du kit. Rien n'a été modifié.",
    },
  });
}
