// `ored metrics token`: lets a program on another machine read /metrics.
// Speaks to the running node only.
import { defineCommand, type Command } from '#kernel/command.ts';
import { makeTokenRoute, removeTokenRoute } from './api.ts';

const tokenCommand = defineCommand({
  path: 'metrics token',
  about: {
    en: 'Make the token with which a program elsewhere reads /metrics',
    fr: "Créer le jeton avec lequel un programme d'ailleurs lit /metrics",
  },
  examples: ['ored metrics token', 'ored metrics token --remove'],
  options: [
    {
      flags: '--remove',
      about: { en: 'End the token that there is', fr: 'Mettre fin au jeton existant' },
    },
  ],
  async run(context, _args, options) {
    if (options.remove === true) {
      await context.call(removeTokenRoute, {});
      const text = context.say({
        en: 'Ended. Only programs on this machine read /metrics now.',
        fr: 'Terminé. Seuls les programmes de cette machine lisent encore /metrics.',
      });
      return { json: { removed: true }, text };
    }
    const made = await context.call(makeTokenRoute, {});
    const text = context.say({
      en: `${made.token}\nIt is shown only now. Give it to the program as a bearer token; a token made before no longer works.`,
      fr: `${made.token}\nIl n'est montré que maintenant. Donnez-le au programme comme jeton « bearer » ; un jeton créé auparavant ne vaut plus.`,
    });
    return { json: made, text };
  },
});

export const commands: readonly Command[] = [tokenCommand];
