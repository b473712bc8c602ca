// Canary secrets (docs/security.md L8): neither the process list, nor the log, nor an error, nor a readable byte on disk
// shows a passphrase, a token, the claim link or a key.
import { claimNode, eventually, freePort, makeNode, runCli, spawnNode, temporaryFolder } from '#kit';
import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const canary = 'canari très secret 4711';

function processList(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        // It ended meanwhile.
        return '';
      }
    })
    .join('\n');
}

describe('secrets', () => {
  it('stay out of the process list, the log and the data folder', async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'node');
    const file = join(folder.path, 'passphrase');
    writeFileSync(file, canary, { mode: 0o600 });
    const env = { ORED_PASSPHRASE_FILE: file, ORED_LOG_LEVEL: 'debug' };
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const made = await runCli({ dataDir, env }, ['init', '--username', 'alice', '--url', url]);
    assert.equal(made.code, 0, made.stderr);
    await using node = await spawnNode({ dataDir, env });
    const claimUrl = String(node.ready.claim_url);
    const claim = claimUrl.split('#claim=')[1] ?? '';
    assert.ok(claim.length > 20);
    const send = (body: object): Promise<Response> =>
      fetch(`${url}/api/v1/claim`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const wrong = await send({ token: `${claim.slice(0, -1)}!`, passphrase: canary, mode: 'bearer' });
    assert.ok(wrong.status >= 400);
    assert.ok(!(await wrong.text()).includes(canary));
    const page = await (await fetch(url)).text();
    const answer = await send({ token: claim, passphrase: canary, mode: 'bearer' });
    assert.ok(answer.ok);
    const grant = (await answer.json()) as { access_token: string; refresh_token: string };
    const secrets = [canary, claim, grant.access_token, grant.refresh_token];
    await fetch(`${url}/api/v1/status`, { headers: { authorization: `Bearer ${grant.access_token}` } });

    const places: Record<string, string> = { ps: processList(), log: node.stderr(), page };
    assert.equal(await node.end(), 0);
    for (const name of readdirSync(dataDir, { recursive: true })) {
      const path = join(dataDir, String(name));
      if (statSync(path).isFile()) places[path] = readFileSync(path, 'latin1');
    }
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets) assert.ok(!text.includes(secret), place);
      assert.ok(!text.includes(Buffer.from(canary, 'utf8').toString('latin1')), place);
    }
  });

  it('keep the claim link out of a log file that standard output is sent to', async () => {
    await using node = await makeNode({ name: 'alice' });
    const { claim_url: claimUrl } = await node.running.status();
    await node.stop();
    const logFile = join(node.dataDir, 'log');
    const log = openSync(logFile, 'w', 0o600);
    const main = join(import.meta.dirname, '..', '..', 'node', 'main.ts');
    const child = spawn(process.execPath, [main, 'start', '--data', node.dataDir], {
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    try {
      await eventually('the node is ready', () => readFileSync(logFile, 'utf8').includes('server_url'));
    } finally {
      child.kill('SIGTERM');
      await once(child, 'close');
    }
    assert.ok(String(claimUrl).includes('#claim='));
    assert.ok(!readFileSync(logFile, 'utf8').includes(String(claimUrl).split('#')[1] ?? ''));
  });

  it('are not given back by any answer after they were taken', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    for (const path of ['/api/v1/status', '/api/v1/sessions', '/api/v1/identity']) {
      const text = await (await owner.fetch(path)).text();
      assert.ok(!text.includes(owner.token) && !text.includes(owner.passphrase), path);
    }
  });
});
