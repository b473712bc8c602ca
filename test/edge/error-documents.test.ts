// With --json a failed command leaves exactly one document on standard output: the error. Held for every command of
// THE LIST, so that a new one cannot forget it.
import type { Command } from '#kernel/command.ts';
import { temporaryFolder } from '#kit';
import { loadCommands } from '#node/features.ts';
import { runProgram } from '#node/edge/cli/program.ts';
import { commands as portability } from '#node/portability/cli.ts';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';

async function run(commands: readonly Command[], dataDir: string, argv: readonly string[]) {
  let [stdout, stderr] = ['', ''];
  const exit = await runProgram({
    argv: [...argv, '--json', '--data', dataDir],
    env: { LC_ALL: 'C' },
    version: 'test',
    ownCommands: [],
    areaCommands: () => Promise.resolve(commands),
    stdin: (async function* () {})(),
    stdout: { write: (text) => Promise.resolve(void (stdout += text)) },
    stderr: { write: (text) => Promise.resolve(void (stderr += text)) },
  });
  return { exit, stdout, stderr };
}

/** The words of a command, with something for each argument that it cannot do without. */
const typed = ({ path, args = [] }: Command): string[] => [
  ...path.split(' '),
  ...args.filter(({ optional }) => optional !== true).map(() => 'word'),
];

describe('the error document', async () => {
  const commands = await loadCommands();

  for (const command of commands) {
    it(`is all that "ored ${command.path}" prints where no node runs`, async () => {
      using folder = temporaryFolder();
      const { exit, stdout, stderr } = await run(commands, folder.path, typed(command));
      assert.notEqual(exit, 0);
      const document = JSON.parse(stdout) as { error: { code: string; message: string } };
      assert.deepEqual(Object.keys(document), ['error']);
      assert.match(document.error.code, /^[a-z]+\/[a-z-]+$/);
      assert.equal(stderr, `${document.error.message.trimEnd()}\n`);
    });
  }

  for (const words of [
    ['export', 'folder'],
    ['leave', 'folder', '--confirm', 'alice'],
  ]) {
    it(`is all that "ored ${words[0]}" prints when the node says that the work failed`, async () => {
      using folder = temporaryFolder();
      mkdirSync(join(folder.path, 'run'));
      const progress = { work: 'export', state: 'failed', folder: '/x', files: 3, bytes: 9, contacts: 0 };
      const answer = { ...progress, reached: 0, mailboxes: 0, missed: [], code: 'portability/folder-lost' };
      await using node = createServer((_request, response) => {
        response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      }).listen(join(folder.path, 'run', 'node.sock'));
      await once(node, 'listening');
      const { exit, stdout, stderr } = await run(portability, folder.path, words);
      assert.equal(exit, 1);
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      assert.equal(error.code, 'portability/folder-lost');
      assert.match(stderr, /goes on where it stopped/);
    });
  }
});
