// `ored start`: the node as one foreground process. SIGTERM or SIGINT stops it in order, a second one at once.
// The claim link is a secret: it is printed to a terminal or a pipe, never into a file or a journal.
import { exitCodes, type CommandContext } from '#kernel/command.ts';
import { fstatSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { STOP_MS_MAX } from '../../limits.ts';
import type { RunningNode } from '../../run/node.ts';
import { askSecret, passphraseFromFile } from '../input.ts';
import type { OwnCommand } from '../program.ts';
import { usageError } from '../usage.ts';

/** What the composition root starts a node with. */
export type StartNode = (request: {
  readonly dataDir: string;
  readonly port?: number;
  readonly host?: string;
  readonly passphrase?: string;
}) => Promise<RunningNode>;

type Env = Record<string, string | undefined>;

export function startCommand(startNode: StartNode, env: Env): OwnCommand {
  return {
    path: 'start',
    about: { en: 'Run the node in the foreground', fr: 'Faire tourner le nœud au premier plan' },
    examples: ['ored start', 'ored start --port 7702', 'ored start --host 0.0.0.0'],
    options: [
      {
        flags: '--port <n>',
        about: { en: 'Port to listen on (0: any free one)', fr: "Port d'écoute (0 : un port libre)" },
      },
      {
        flags: '--host <h>',
        about: {
          en: 'Address to listen on; 0.0.0.0 for the local network',
          fr: "Adresse d'écoute ; 0.0.0.0 pour le réseau local",
        },
      },
    ],
    async run(context, _args, options, print) {
      // Signatures are checked in libuv's pool: as many threads as cores, set before its first use makes it.
      env.UV_THREADPOOL_SIZE ??= String(availableParallelism());
      const stopped = watchSignals();
      const passphrase = passphraseFromFile(env) ?? (await askedPassphrase(context));
      const node = await startNode({
        dataDir: context.dataDir,
        ...(options.port === undefined ? {} : { port: portNumber(options.port) }),
        ...(typeof options.host === 'string' ? { host: options.host } : {}),
        ...(passphrase === undefined ? {} : { passphrase }),
      });
      const status = await node.status();
      const claimUrl = printsIntoAFile(env) ? undefined : status.claim_url;
      await print({
        json: {
          node_id: status.node_id,
          username: status.username,
          server_url: node.serverUrl,
          pid: process.pid,
          ...(typeof claimUrl === 'string' ? { claim_url: claimUrl } : {}),
        },
        text: [
          context.say({ en: `Running at ${node.serverUrl}`, fr: `En marche sur ${node.serverUrl}` }),
          ...(typeof claimUrl === 'string'
            ? [
                context.say({
                  en: `Make it yours (this link works once): ${claimUrl}`,
                  fr: `Prenez-en possession (ce lien ne sert qu'une fois) : ${claimUrl}`,
                }),
              ]
            : []),
          context.say({ en: 'Ctrl-C stops it.', fr: "Ctrl-C l'arrête." }),
        ].join('\n'),
      });
      await stopped;
      const cut = setTimeout(() => process.exit(exitCodes.failure), STOP_MS_MAX);
      cut.unref();
      await node[Symbol.asyncDispose]();
      return null;
    },
  };
}

/** Resolves at the first request to stop; a second one ends the process at once. */
function watchSignals(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) process.exit(exitCodes.failure);
      asked = true;
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    // A terminal that closes ends the node in order too.
    process.on('SIGHUP', onSignal);
  });
}

function printsIntoAFile(env: Env): boolean {
  return env.JOURNAL_STREAM !== undefined || fstatSync(process.stdout.fd).isFile();
}

async function askedPassphrase(context: CommandContext): Promise<string | undefined> {
  const { isLockedByPassphrase } = await import('#kernel/keyring.ts');
  if (context.json || !isLockedByPassphrase(context.dataDir)) return undefined;
  return askSecret(context.say({ en: 'Passphrase: ', fr: 'Phrase de passe : ' }));
}

function portNumber(text: string | boolean): number {
  const port = typeof text === 'string' && /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw usageError({
    en: `"${String(text)}" is no port: a number from 0 to 65535.`,
    fr: `« ${String(text)} » n'est pas un port : un nombre de 0 à 65535.`,
  });
}
