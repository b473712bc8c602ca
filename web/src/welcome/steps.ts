// The five steps of the first run, by the node's own names, and where they stand in the address, so that the browser's back and a new loading of
// the page lead where a person expects. The claim token stays in the fragment until it was used.
import { navigate } from '../router/location.ts';

export const steps = ['language', 'profile', 'credential', 'kit', 'people'] as const;
export type Step = (typeof steps)[number];

/** Steps that need an owner; the others come before there is one. */
const OWNERS_STEPS: ReadonlySet<Step> = new Set(['kit', 'people']);

/** The step in an address, or undefined where it names none. */
export function stepOf(search: string): Step | undefined {
  const named = new URLSearchParams(search).get('step');
  return steps.find((step) => step === named);
}

/** The step that can be shown: before the claim there is nothing to recover and nobody to find. */
export function openStep(wanted: Step | undefined, claimed: boolean): Step {
  return wanted === undefined || (!claimed && OWNERS_STEPS.has(wanted)) ? 'language' : wanted;
}

export function goTo(step: Step, options: { readonly replace?: boolean } = {}): void {
  navigate(`/welcome?step=${step}${location.hash}`, options);
}

/** The step before, or undefined at the first. */
export const stepBefore = (step: Step): Step | undefined => steps[steps.indexOf(step) - 1];

/** The secret of the claim link, if the address still holds it. */
export function claimToken(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('claim') ?? undefined;
}
