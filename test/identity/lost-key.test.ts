// A lost, loosened or foreign key file, or a wrong passphrase: the node refuses to start and never mints a second
// identity (docs/security.md, fault 28).
import { makeNode, type TestNode } from '#kit';
import { init } from '#node/main.ts';
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const keyOf = (node: TestNode): string => join(node.dataDir, 'keys', 'master.key');

/** Expects a refusal to start, and that the node is itself again once `mend` has run. */
async function refusesUntilMended(node: TestNode, code: string, mend: () => void): Promise<void> {
  await assert.rejects(node.start(), { code });
  await assert.rejects(
    init({ dataDir: node.dataDir, username: 'mallory', url: node.url, language: 'en', env: {} }),
  );
  mend();
  await node.start();
  const shown = (await (await node.fetch('/orf/v1/node')).json()) as { record: string };
  assert.equal((JSON.parse(shown.record) as { node_id: string }).node_id, node.nodeId);
}

describe('a node whose key is not in order', () => {
  it('refuses to start without its key file', async () => {
    await using node = await makeNode({ name: 'alice' });
    await node.stop();
    const aside = join(node.dataDir, 'aside');
    renameSync(keyOf(node), aside);
    await refusesUntilMended(node, 'keyring/missing', () => renameSync(aside, keyOf(node)));
  });

  it('refuses a key file that others can read', async () => {
    await using node = await makeNode({ name: 'alice' });
    assert.equal(statSync(keyOf(node)).mode & 0o777, 0o600);
    await node.stop();
    chmodSync(keyOf(node), 0o644);
    await refusesUntilMended(node, 'keyring/permissions', () => chmodSync(keyOf(node), 0o600));
  });

  it('refuses a damaged key, and another node’s', async () => {
    await using node = await makeNode({ name: 'alice' });
    await node.stop();
    const right = readFileSync(keyOf(node));
    const write = (content: string | Buffer): void => writeFileSync(keyOf(node), content);
    write('c2hvcnQ=\n');
    await refusesUntilMended(node, 'keyring/damaged', () => write(right));
    await node.stop();
    write(`${Buffer.alloc(32, 7).toString('base64')}\n`);
    await refusesUntilMended(node, 'db/wrong-key', () => write(right));
  });

  it('refuses a wrong passphrase', async () => {
    await using node = await makeNode({ name: 'alice', passphrase: 'la bonne phrase' });
    await node.stop();
    const { start } = await import('#node/main.ts');
    const attempt = start({
      dataDir: node.dataDir,
      env: {},
      passphrase: 'la mauvaise phrase',
      onFatal: (error) => {
        throw error;
      },
    });
    await assert.rejects(attempt, { code: 'keyring/wrong-passphrase' });
    await node.start();
    assert.equal((await node.fetch('/orf/v1/node')).status, 200);
  });
});
