// `ored status`: how the running node is, as each area tells it. Asks the node itself and reads no file, so what it
// prints is what runs; a node that does not answer is a failure with its next step, not an empty status.
import { getStatus, type Status } from '../../http/api.ts';
import type { OwnCommand } from '../program.ts';

export const statusCommand: OwnCommand = {
  path: 'status',
  about: { en: 'Show how the node is', fr: "Afficher l'état du nœud" },
  examples: ['ored status', 'ored status --json'],
  async run(context) {
    const status = await context.call(getStatus, {});
    return {
      json: status,
      text: lines(status)
        .map(([name, value]) => `${name.padEnd(12)}${value}`)
        .join('\n'),
    };
  },
};

function lines(status: Status): [string, string][] {
  return Object.entries(status)
    .flatMap(([name, value]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([inner, of]): [string, string] => [`${name}.${inner}`, plain(of)])
        : [[name, plain(value)] as [string, string]],
    )
    .map(([name, value]): [string, string] => [`${name} `, value]);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
