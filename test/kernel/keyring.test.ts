// Fault 28 of docs/security.md: a key that is missing, readable by others, damaged or wrong stops the start,
// and never leads to a new identity.
import { createKeyring, openKeyring } from '#kernel/keyring.ts';
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '#kit/folder.ts';

describe('the keyring', () => {
  it('opens again with the same derived keys, and different keys for different purposes', () => {
    using folder = temporaryFolder();
    const made = createKeyring({ dataDir: folder.path });
    const opened = openKeyring({ dataDir: folder.path });
    assert.equal(opened.source, 'file');
    assert.deepEqual(opened.derive('db'), made.derive('db'));
    assert.notDeepEqual(opened.derive('db'), opened.derive('vault/secrets'));
    assert.equal(statSync(join(folder.path, 'keys', 'master.key')).mode & 0o777, 0o600);
  });

  it('refuses to make a second key over the first', () => {
    using folder = temporaryFolder();
    createKeyring({ dataDir: folder.path });
    assert.throws(() => createKeyring({ dataDir: folder.path, passphrase: 'other' }), {
      code: 'keyring/exists',
    });
  });

  it('refuses to start without the key file, and makes none', () => {
    using folder = temporaryFolder();
    createKeyring({ dataDir: folder.path });
    rmSync(join(folder.path, 'keys', 'master.key'));
    assert.throws(() => openKeyring({ dataDir: folder.path }), { code: 'keyring/missing' });
    assert.deepEqual(readdirSync(join(folder.path, 'keys')), []);
  });

  it('refuses a key file that others can read', () => {
    using folder = temporaryFolder();
    createKeyring({ dataDir: folder.path });
    chmodSync(join(folder.path, 'keys', 'master.key'), 0o644);
    assert.throws(() => openKeyring({ dataDir: folder.path }), { code: 'keyring/permissions' });
  });

  it('refuses a truncated key file', () => {
    using folder = temporaryFolder();
    createKeyring({ dataDir: folder.path });
    writeFileSync(join(folder.path, 'keys', 'master.key'), 'AAAA\n');
    assert.throws(() => openKeyring({ dataDir: folder.path }), { code: 'keyring/damaged' });
  });

  it('opens with the right passphrase only, however its accents were typed', () => {
    using folder = temporaryFolder();
    const made = createKeyring({ dataDir: folder.path, passphrase: 'caf\u00e9 du march\u00e9' });
    assert.equal(existsSync(join(folder.path, 'keys', 'master.key')), false);
    const opened = openKeyring({ dataDir: folder.path, passphrase: 'cafe\u0301 du marche\u0301' });
    assert.deepEqual(opened.derive('db'), made.derive('db'));
    assert.throws(() => openKeyring({ dataDir: folder.path, passphrase: 'cafe' }), {
      code: 'keyring/wrong-passphrase',
    });
    assert.throws(() => openKeyring({ dataDir: folder.path }), { code: 'keyring/passphrase-needed' });
  });

  it('refuses a wrapped key whose bytes were changed', () => {
    using folder = temporaryFolder();
    createKeyring({ dataDir: folder.path, passphrase: 'p' });
    const file = join(folder.path, 'keys', 'master.wrapped.json');
    const wrapped = JSON.parse(readFileSync(file, 'utf8')) as { tag: string };
    writeFileSync(file, JSON.stringify({ ...wrapped, tag: Buffer.alloc(16).toString('base64') }));
    assert.throws(() => openKeyring({ dataDir: folder.path, passphrase: 'p' }), {
      code: 'keyring/wrong-passphrase',
    });
    writeFileSync(file, '{');
    assert.throws(() => openKeyring({ dataDir: folder.path, passphrase: 'p' }), { code: 'keyring/damaged' });
  });

  it('prefers a systemd credential, and keeps nothing of it on disk', () => {
    using folder = temporaryFolder();
    const credentialsDir = join(folder.path, 'credentials');
    mkdirSync(credentialsDir);
    writeFileSync(join(credentialsDir, 'ored-master-key'), Buffer.alloc(32, 9).toString('base64'));
    const made = createKeyring({ dataDir: folder.path, credentialsDir });
    assert.equal(made.source, 'credential');
    assert.equal(existsSync(join(folder.path, 'keys')), false);
    assert.deepEqual(openKeyring({ dataDir: folder.path, credentialsDir }).derive('x'), made.derive('x'));
  });
});
