// Block lists travel between programs: what is read, what is refused, and that a list comes back as it went.
import { makeNode, temporaryFolder } from '#kit';
import { listBlocks } from '#node/portability/api.ts';
import { blockListCsv, parseBlockList } from '#node/portability/model.ts';
import { AppError } from '#protocol';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BLOCKS_MAX } from '#protocol/limits.ts';
import { makeTown } from '../conversations/rig.ts';
import { makeSigner } from '../federation/rig.ts';

describe('block lists', () => {
  it('reads JSON and CSV, with and without a header, with quotes and comments', () => {
    const lists: [string, { who: string; comment?: string }[]][] = [
      ['["mallory@example.org"]', [{ who: 'mallory@example.org' }]],
      [
        '[{"node_id":"QmX","comment":"spam"},{"who":"eve"}]',
        [{ who: 'QmX', comment: 'spam' }, { who: 'eve' }],
      ],
      [
        'mallory@example.org\neve@example.org\n',
        [{ who: 'mallory@example.org' }, { who: 'eve@example.org' }],
      ],
      [
        'Account address,Comment\r\n@mallory@example.org,"says ""no"", often"\r\n',
        [{ who: 'mallory@example.org', comment: 'says "no", often' }],
      ],
      [
        '\ufeffAccount address,Hide notifications\nmallory@example.org,true\n',
        [{ who: 'mallory@example.org' }],
      ],
      ['', []],
      ['mallory\nmallory\n', [{ who: 'mallory' }]],
    ];
    for (const [text, expected] of lists) assert.deepEqual(parseBlockList(text), expected, text);
  });

  it('refuses what is no list, and more than a list can hold', () => {
    const long = Array.from({ length: BLOCKS_MAX + 1 }, (_, i) => `user${i}`).join('\n');
    for (const text of ['[1]', '[{}]', '[', `["${'x'.repeat(601)}"]`, long]) {
      assert.throws(
        () => parseBlockList(text),
        (error) => error instanceof AppError && error.code === 'portability/block-list-unprocessable',
      );
    }
  });

  it('blocks everybody on a list, strangers by node id too, and writes the same list out again', async () => {
    await using alice = await makeNode({ name: 'alice' });
    using folder = temporaryFolder();
    const [mallory, eve] = await Promise.all([makeSigner(), makeSigner({ name: 'eve' })]);
    const list = join(folder.path, 'in.csv');
    writeFileSync(list, `Account address,Comment\n${mallory.nodeId},spam\n${eve.nodeId},\nnobody-here,\n`);
    const done = (await alice.ored('blocks', 'import', list)) as {
      blocked: number;
      failed: { who: string }[];
    };
    assert.equal(done.blocked, 2);
    assert.deepEqual(
      done.failed.map(({ who }) => who),
      ['nobody-here'],
    );
    const out = join(folder.path, 'out.json');
    await alice.ored('blocks', 'export', out);
    const ids = (JSON.parse(readFileSync(out, 'utf8')) as { node_id: string }[]).map(
      ({ node_id }) => node_id,
    );
    assert.deepEqual(new Set(ids), new Set([mallory.nodeId, eve.nodeId]));
    const csv = join(folder.path, 'out.csv');
    await alice.ored('blocks', 'export', csv);
    assert.deepEqual(new Set(parseBlockList(readFileSync(csv, 'utf8')).map(({ who }) => who)), new Set(ids));
    assert.equal(blockListCsv([]), 'Account address,Username\n');
  });

  it('takes more names than one request or page holds, unknown ones too, and lists those not found', async () => {
    await using town = await makeTown('alice');
    using folder = temporaryFolder();
    const { alice } = town.people;
    const strangers = await Promise.all(Array.from({ length: 110 }, () => makeSigner()));
    const unknown = Array.from({ length: 50 }, (_, i) => `nobody-here-${i}`);
    const list = join(folder.path, 'in.txt');
    writeFileSync(list, [...strangers.map(({ nodeId }) => nodeId), ...unknown].join('\n'));
    const ran = await alice.cli(['blocks', 'import', list]);
    const done = ran.json() as { blocked: number; failed: { who: string; code: string }[] };
    assert.equal(done.blocked, 110);
    assert.deepEqual(new Set(done.failed.map(({ who }) => who)), new Set(unknown));
    assert.match(ran.stderr, /160\/160/);
    const first = await alice.call(listBlocks, { query: {} });
    assert.equal(first.items.length, 100);
    const second = await alice.call(listBlocks, { query: { cursor: first.next_cursor ?? '' } });
    assert.deepEqual([second.items.length, second.next_cursor], [10, null]);
    const out = join(folder.path, 'out.json');
    await alice.ored('blocks', 'export', out);
    assert.equal((JSON.parse(readFileSync(out, 'utf8')) as unknown[]).length, 110);
  });
});
