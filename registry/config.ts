// The registry's settings come from its command line alone: few, read once, frozen.
// An unknown option or a value out of range ends with the usage text, before anything is opened.
import { AppError } from '#protocol/errors.ts';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const settingsSchema = z.strictObject({
  data: z.string().min(1),
  host: z.string().min(1).max(255).default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65_535).default(7700),
  url: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  name: z.string().min(1).max(64).default('O-Red registry'),
  networks: z
    .string()
    .transform((list) => list.split(',').filter((range) => range !== ''))
    .default([]),
  'trust-proxy': z.boolean().default(false),
  'public-metrics': z.boolean().default(false),
  'log-level': z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type RegistryConfig = Readonly<z.output<typeof settingsSchema>>;

export const usage = `Usage: ored-registry start --data DIR [options]

A directory and relay for O-Red nodes.

Examples:
  ored-registry start --data ./registry --port 7700
  ored-registry start --data /var/lib/ored-registry --host 0.0.0.0 --url https://registry.example

Options:
  --data DIR         where everything is kept (made if it is not there)
  --host H           address to listen on (default 127.0.0.1)
  --port N           port to listen on (default 7700; 0 takes a free one)
  --url URL          address under which nodes reach it (default http://HOST:PORT)
  --name NAME        name shown to people
  --networks CIDR,…  private ranges whose addresses may be listed
  --trust-proxy      take the client's address from X-Forwarded-For (only behind a proxy of yours)
  --public-metrics   show /metrics to everybody (without it: to this machine alone)
  --log-level LEVEL  debug, info, warn, error or silent
`;

/** Reads the command line after the program's name. @throws registry/usage */
export function parseCommandLine(
  args: readonly string[],
): { command: 'help' } | { command: 'start'; config: RegistryConfig } {
  if (args.length === 0 || args.includes('--help') || args.includes('-h') || args[0] === 'help')
    return { command: 'help' };
  const parsed = parse(args);
  if (parsed.positionals.length !== 1 || parsed.positionals[0] !== 'start')
    throw wrongUsage('The command is "start".');
  const result = settingsSchema.safeParse(parsed.values);
  if (!result.success) {
    throw wrongUsage(
      result.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`).join('; '),
    );
  }
  return { command: 'start', config: Object.freeze(result.data) };
}

function parse(args: readonly string[]): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        url: { type: 'string' },
        name: { type: 'string' },
        networks: { type: 'string' },
        'trust-proxy': { type: 'boolean' },
        'public-metrics': { type: 'boolean' },
        'log-level': { type: 'string' },
      },
    });
  } catch (error) {
    throw wrongUsage(error instanceof Error ? error.message : String(error), error);
  }
}

function wrongUsage(problem: string, cause?: unknown): AppError {
  return new AppError({ category: 'invalid', code: 'registry/usage', safe: `${problem}\n\n${usage}`, cause });
}
