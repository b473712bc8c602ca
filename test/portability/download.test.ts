// An export for a download: made from a browser that names no folder, given as one archive, removed when it is safe.
import { claimNode, eventually, fakeClock, makeNode, temporaryFolder, type Owner } from '#kit';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const ARCHIVE = '/api/v1/exports/current/archive';

const post = (owner: Owner, path: string, body: unknown): Promise<Response> =>
  owner.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const isMade = (owner: Owner): Promise<boolean> =>
  eventually('it is made', async () => {
    const answer = await owner.fetch('/api/v1/exports/current');
    const { exported } = (await answer.json()) as { exported: { downloadable: boolean } | null };
    return exported?.downloadable === true;
  });

describe('an export for a download', () => {
  it('is one archive of what the manifest lists, long names and all, and is gone once it is removed', async () => {
    await using node = await makeNode({ name: 'alice' });
    using folder = temporaryFolder();
    const owner = await claimNode(node);
    const name = `${'é'.repeat(70)}.txt`;
    writeFileSync(join(folder.path, name), 'Three apples, two eggs.');
    await node.ored('post', 'Apple cake', '--media', join(folder.path, name));
    assert.equal((await owner.fetch(ARCHIVE)).status, 404);

    assert.equal((await post(owner, '/api/v1/exports', {})).status, 202);
    const answer = await eventually('it is made', async () => {
      const given = await owner.fetch(ARCHIVE);
      return given.status === 200 && given;
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(bytes.length, Number(answer.headers.get('content-length')));
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename="ored-alice-/);
    const file = join(folder.path, 'export.tar');
    writeFileSync(file, bytes);
    execFileSync('tar', ['-xf', file, '-C', folder.path, '--strip-components=1']);
    const { files } = JSON.parse(readFileSync(join(folder.path, 'manifest.json'), 'utf8')) as {
      files: { path: string; bytes: number }[];
    };
    for (const { path, bytes: size } of files) {
      assert.equal(readFileSync(join(folder.path, path)).length, size, path);
    }
    const cake = files.find(({ path }) => path.endsWith(name));
    assert.equal(readFileSync(join(folder.path, cake?.path ?? ''), 'utf8'), 'Three apples, two eggs.');

    assert.equal((await owner.fetch(ARCHIVE, { method: 'DELETE' })).status, 204);
    assert.equal((await owner.fetch(ARCHIVE)).status, 404);
  });

  it('is asked for and taken away only by whom has just proven to be the owner, and both are on record', async () => {
    const clock = fakeClock();
    await using node = await makeNode({ name: 'alice', clock });
    const owner = await claimNode(node);
    assert.equal((await post(owner, '/api/v1/exports', {})).status, 202);
    await isMade(owner);
    // Five minutes later somebody else sits before the open session.
    await clock.advance(5 * 60_000 + 1);
    const refused = [
      await owner.fetch(ARCHIVE),
      await post(owner, '/api/v1/exports', {}),
      await owner.fetch('/api/v1/sessions/step-up'),
    ];
    for (const answer of refused) {
      assert.equal(answer.status, 403);
      assert.equal(((await answer.json()) as { code: string }).code, 'session/step-up');
    }
    const proof = { passphrase: owner.passphrase };
    assert.equal((await post(owner, '/api/v1/sessions/step-up', proof)).status, 204);
    assert.equal((await owner.fetch('/api/v1/sessions/step-up')).status, 204);
    const given = await owner.fetch(ARCHIVE);
    assert.equal(given.status, 200);
    await given.arrayBuffer();
    const types = (await node.host.events.since(0, 1_000)).map(({ type }) => type);
    assert.equal(types.filter((type) => type === 'portability.export-started').length, 1);
    assert.equal(types.filter((type) => type === 'portability.export-downloaded').length, 1);
  });

  it('does not lie about in the clear for longer than a day', async () => {
    const clock = fakeClock();
    await using node = await makeNode({ name: 'alice', clock });
    const owner = await claimNode(node);
    assert.equal((await post(owner, '/api/v1/exports', {})).status, 202);
    await isMade(owner);
    const folder = join(node.dataDir, 'export');
    await clock.advance(23 * 3_600_000);
    assert.ok(existsSync(folder));
    await eventually('it is gone', async () => {
      await clock.advance(3_600_000);
      return !existsSync(folder);
    });
  });

  it('lets no browser name a folder of the machine, and no stranger near', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const refused = await post(owner, '/api/v1/exports', { folder: '/tmp/ored-somewhere' });
    assert.equal(refused.status, 403);
    assert.equal(((await refused.json()) as { code: string }).code, 'portability/local-only');
    assert.equal((await node.fetch(ARCHIVE)).status, 401);
  });

  it('tells the owner, and nobody else, what the doctor finds and how full the node is', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const found = (await (await owner.fetch('/api/v1/doctor')).json()) as {
      healthy: boolean;
      checks: { check: string }[];
    };
    assert.equal(found.healthy, true);
    assert.ok(found.checks.some(({ check }) => check === 'keys'));
    assert.equal((await node.fetch('/api/v1/doctor')).status, 401);
    const { storage } = (await (await owner.fetch('/api/v1/status')).json()) as {
      storage: { media: { bytes: number; bytes_max: number } };
    };
    assert.equal(storage.media.bytes, 0);
    assert.ok(storage.media.bytes_max > 0);
  });
});
