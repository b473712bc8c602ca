// Limits and refusals of the second factor. Pure: no I/O.
// Each refusal says what was expected and that nothing was changed.
import { AppError, invalid } from '#protocol/errors.ts';

/** Enough for years of lost phones; shown once, on one printed page. */
export const RECOVERY_CODES = 10;
/** 80 bits: sixteen letters in four groups. */
export const RECOVERY_CODE_BYTES = 10;
/** A code typed with its dashes and some spaces. */
export const CODE_CHARS_MAX = 40;
/** Setting up an app takes a minute or two; after this the secret is forgotten. */
export const ENROLMENT_MS = 10 * 60_000;

export const refusals = {
  isOn: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'second-factor/on',
      safe: {
        en: 'The second factor is on already. Nothing was changed. Turn it off first to set up another app.',
        fr: "Le second facteur est déjà actif. Rien n'a été modifié. Désactivez-le d'abord pour configurer une autre application.",
      },
    }),
  isOff: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'second-factor/off',
      safe: {
        en: 'The second factor is not on. Nothing was changed.',
        fr: "Le second facteur n'est pas actif. Rien n'a été modifié.",
      },
    }),
  notBegun: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'second-factor/not-begun',
      safe: {
        en: 'The set-up has run out. Nothing was changed. Begin again and scan the new code.',
        fr: "La configuration a expiré. Rien n'a été modifié. Recommencez, et scannez le nouveau code.",
      },
    }),
  noPassphrase: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'second-factor/no-passphrase',
      safe: {
        en: 'Choose a passphrase first: the second factor guards it. A passkey needs none.',
        fr: 'Choisissez d’abord une phrase de passe : c’est elle que protège le second facteur. Une clé d’accès n’en a pas besoin.',
      },
    }),
  wrongCode: (): AppError =>
    invalid('second-factor/code', {
      en: 'The app shows another code than the one expected. Nothing was changed. Check the clock of the phone, then type the code that it shows now.',
      fr: "L'application montre un autre code que celui attendu. Rien n'a été modifié. Vérifiez l'heure du téléphone, puis tapez le code affiché maintenant.",
    }),
} as const;
