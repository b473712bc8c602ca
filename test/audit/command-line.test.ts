// `ored log` as a script runs it, against a real node.
import { eventually, makeNode } from '#kit';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';

interface Entry {
  readonly type: string;
  readonly seq: number;
}

describe('ored log', () => {
  it('prints the newest entries, oldest of them first, and verifies the chain', async () => {
    await using node = await makeNode({ name: 'alice' });
    await node.ored('id', 'kit');
    await node.ored('id', 'kit');
    const types = await eventually('the kit is in the trail', async () => {
      const entries = (await node.ored('log')) as Entry[];
      return entries.length >= 3 ? entries.map(({ type }) => type) : undefined;
    });
    assert.deepEqual(types, ['identity.created', 'identity.kit_shown', 'identity.kit_shown']);
    const last = (await node.ored('log', '--limit', '1')) as Entry[];
    assert.deepEqual(
      last.map(({ seq }) => seq),
      [3],
    );
    const verified = (await node.ored('log', '--verify')) as { ok: boolean; entries: number };
    assert.deepEqual([verified.ok, verified.entries], [true, 3]);
    assert.equal((await node.cli(['log', '--limit', 'many'])).code, 2);
  });

  it('goes on with what happens, one JSON document a line, when it follows', async () => {
    await using node = await makeNode({ name: 'alice' });
    const main = join(import.meta.dirname, '..', '..', 'node', 'main.ts');
    const child = spawn(process.execPath, [main, 'log', '-f', '--data', node.dataDir, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      await eventually('the first entry', () => output.includes('identity.created'));
      await node.ored('id', 'kit');
      await eventually('the new entry', () => output.includes('identity.kit_shown'));
      const types = output
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as Entry).type);
      assert.deepEqual(types, ['identity.created', 'identity.kit_shown']);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });

  it('is read by nobody without a session', async () => {
    await using node = await makeNode({ name: 'alice' });
    for (const path of ['/api/v1/audit', '/api/v1/audit/verification']) {
      assert.equal((await node.fetch(path)).status, 401, path);
    }
  });
});
