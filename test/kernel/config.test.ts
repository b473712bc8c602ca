// Settings: the order of the layers, and refusals that change nothing.
import { configFile, loadConfig, readSetting, writeSetting } from '#kernel/config.ts';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { temporaryFolder } from '#kit/folder.ts';

describe('settings', () => {
  it('lets a flag win over the environment, the environment over the file, the file over the default', () => {
    using folder = temporaryFolder();
    const port = (env: Record<string, string>, flags = {}): unknown =>
      readSetting(loadConfig({ dataDir: folder.path, env, flags }), 'edge.port');
    assert.equal(port({}), undefined);
    writeSetting(folder.path, 'edge.port', '7801');
    assert.equal(port({}), 7801);
    assert.equal(port({ ORED_EDGE_PORT: '7802' }), 7802);
    assert.equal(port({ ORED_EDGE_PORT: '7802' }, { edge: { port: 7803 } }), 7803);
  });

  it('is frozen once read', () => {
    using folder = temporaryFolder();
    const config = loadConfig({ dataDir: folder.path, env: {} });
    assert.throws(() => {
      (config.edge as { host: string }).host = '0.0.0.0';
    }, TypeError);
  });

  it('refuses a value out of range and leaves the file as it was', () => {
    using folder = temporaryFolder();
    writeSetting(folder.path, 'edge.port', '7801');
    const before = readFileSync(configFile(folder.path), 'utf8');
    assert.throws(() => writeSetting(folder.path, 'edge.port', '70000'), { code: 'config/invalid' });
    assert.throws(() => writeSetting(folder.path, 'node.url', 'ftp://x.example'), { code: 'config/invalid' });
    assert.throws(() => writeSetting(folder.path, 'federation.networks', '10.0.0.0/8,banana'), {
      code: 'config/invalid',
    });
    assert.throws(() => writeSetting(folder.path, 'edge.colour', 'red'), { code: 'config/unknown' });
    assert.equal(readFileSync(configFile(folder.path), 'utf8'), before);
  });

  it('reads a list with spaces after its commas', () => {
    using folder = temporaryFolder();
    writeSetting(folder.path, 'federation.networks', '10.0.0.0/8, fd00::/8');
    const { federation } = loadConfig({ dataDir: folder.path, env: {} });
    assert.deepEqual(federation.networks, ['10.0.0.0/8', 'fd00::/8']);
  });

  it('says which file is damaged', () => {
    using folder = temporaryFolder();
    writeFileSync(configFile(folder.path), '{"edge":');
    assert.throws(() => loadConfig({ dataDir: folder.path, env: {} }), { code: 'config/damaged' });
  });
});
