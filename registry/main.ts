// The program `ored-registry`: reads its command line, runs one registry in the foreground, ends on SIGTERM.
// Exit codes: 0 ok, 1 failure, 2 usage. Standard output carries the address; everything else goes to standard error.
import { createLog } from '#kernel/log.ts';
import { systemClock, systemRandom } from '#kernel/ports.ts';
import { AppError } from '#protocol/errors.ts';
import { readFileSync } from 'node:fs';
import { parseCommandLine, usage, type RegistryConfig } from './config.ts';
import { startRegistry } from './registry.ts';

async function main(): Promise<void> {
  const parsed = parseCommandLine(process.argv.slice(2));
  if (parsed.command === 'help') process.stdout.write(usage);
  else await run(parsed.config);
}

async function run(config: RegistryConfig): Promise<void> {
  process.umask(0o077);
  const log = createLog({ level: config['log-level'] });
  const registry = await startRegistry({
    config,
    log,
    clock: systemClock,
    random: systemRandom,
    version: projectVersion(),
    onFatal: (error) => {
      log.fatal(
        { err: error },
        'the database could not be written; ending so that nothing false is acknowledged',
      );
      process.exit(1);
    },
  });
  process.stdout.write(`${registry.url}\n`);
  log.info({ url: registry.url, data: config.data }, 'the registry is ready');
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  log.info('stopping');
  await registry[Symbol.asyncDispose]();
}

function projectVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

try {
  await main();
} catch (error) {
  const known = error instanceof AppError;
  process.stderr.write(
    known ? `${error.safe.en}\n` : `${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = known && error.code === 'registry/usage' ? 2 : 1;
}
