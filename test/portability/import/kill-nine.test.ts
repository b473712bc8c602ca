// An import outlives the death of its node at any moment: it goes on by itself, and nothing comes twice.
// The node is a process of its own, killed without warning three times on the way.
import { eventually, makeNode, spawnNode, temporaryFolder } from '#kit';
import * as api from '#node/portability/api.ts';
import { readFeed } from '#node/posts/api.ts';
import { createClient } from '#node/edge/cli/client.ts';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { note, originOf, outbox, tarGz } from './archives.ts';

const NOTES = 900;
const PICTURES = 6;

describe('an import whose node is killed', () => {
  it('goes on in every phase, and brings each post and picture once', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const socketPath = alice.running.socketPath;
    await alice.stop();
    using folder = temporaryFolder();
    const file = `${folder.path}/archive.tar.gz`;
    const pictures = await Promise.all(
      Array.from({ length: PICTURES }, async (_, n) => ({
        path: `media_attachments/files/${n}.png`,
        bytes: await sharp({ create: { width: 900 + n, height: 600, channels: 3, background: '#804020' } })
          .png()
          .toBuffer(),
      })),
    );
    const notes = Array.from({ length: NOTES }, (_, n) =>
      note({
        n,
        html: `<p>note ${n}</p>`,
        at: new Date(Date.UTC(2018, 0, 1) + n * 60_000).toISOString(),
        ...(n > 0 && n % 2 === 0 ? { replyTo: originOf(n - 1) } : {}),
        files: n < PICTURES ? [{ path: `media_attachments/files/${n}.png` }] : [],
      }),
    );
    writeFileSync(file, tarGz([...pictures, outbox(notes)]));

    const { call } = createClient({ socketPath: () => socketPath, language: 'en' });
    const current = { params: { id: 'current' } } as const;
    let begun = false;
    for (const until of ['begun', 'a file', 'a post'] as const) {
      await using program = await spawnNode({ dataDir: alice.dataDir });
      if (!begun) await call(api.startImport, { body: { file } });
      begun = true;
      await eventually(`it has come to ${until}`, async () => {
        const { items, files, state } = await call(api.readImport, current);
        if (state === 'done') return true;
        return until === 'begun' || (until === 'a file' ? files.done > 0 : items.posts > 0);
      });
      await program.end('SIGKILL');
    }

    await alice.start();
    const done = await eventually('it is done', async () => {
      const now = await alice.call(api.readImport, current);
      return now.state === 'running' ? undefined : now;
    });
    assert.equal(done.state, 'done', JSON.stringify(done));
    assert.deepEqual([done.items.posts, done.items.failed], [NOTES, 0]);
    assert.deepEqual(done.files, { total: PICTURES, done: PICTURES, missing: 0 });
    const origins: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      const page: {
        items: { imported_from: string | null; media: unknown[] }[];
        next_cursor: string | null;
      } = await alice.call(readFeed, { query: { limit: 100, ...(cursor === null ? {} : { cursor }) } });
      origins.push(...page.items.map(({ imported_from }) => imported_from));
      cursor = page.next_cursor;
    } while (cursor !== null);
    assert.equal(origins.length, NOTES);
    assert.equal(new Set(origins).size, NOTES);
  });
});
