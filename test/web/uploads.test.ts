// A node that goes away in the middle of what the app sends: the upload goes on where it stopped, the post is made
// once, and the owner loses nothing.
import { claimNode, eventually } from '#kit';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { befriend, makeTown, read } from '../conversations/rig.ts';
import { openBrowser, signInOn, visit } from './kit/index.ts';

const PART_BYTES = 4 * 1024 * 1024;
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('an upload', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('whose node goes away in its middle goes on where it stopped, and arrives whole and once', async () => {
    await using town = await makeTown('alice', 'bob');
    const { alice, bob } = town.people;
    await befriend(alice, bob);
    const owner = await claimNode(alice);
    await using there = await visit(browser, alice, {
      expected: [/Failed to load resource/, /WebSocket/],
    });
    const { page } = there;
    await signInOn(there, owner);
    await there.open(`/messages/${bob.nodeId}`);
    await page.getByText('No words yet').waitFor();
    // A line on which a part takes a second: the node can go away in the middle of one.
    const line = await there.context.newCDPSession(page);
    await line.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 5,
      uploadThroughput: PART_BYTES,
      downloadThroughput: -1,
    });
    const film = randomBytes(2.5 * PART_BYTES);
    const offsets: string[] = [];
    let begun = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/v1/uploads')) begun += 1;
      if (request.method() === 'PATCH') offsets.push(request.headers()['upload-offset'] ?? '');
    });
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'film.bin', mimeType: 'application/octet-stream', buffer: film });
    await page.getByRole('list', { name: 'What goes with it' }).getByText('film.bin').waitFor();

    // The node stops once it has the first part, while the second is on its way.
    const first = page.waitForResponse((answer) => answer.request().method() === 'PATCH');
    await page.getByRole('button', { name: 'Send' }).click();
    assert.equal((await first).status(), 200);
    await alice.stop();
    const words = page.getByRole('region', { name: 'Messages with bob' });
    await words.getByText('film.bin').first().waitFor();
    assert.deepEqual(await read(bob, 'alice'), []);

    await alice.start();
    await page.evaluate(() => dispatchEvent(new Event('online')));
    const [message] = await eventually('bob has it', async () => {
      const messages = await read(bob, 'alice');
      return messages.length > 0 && messages;
    });
    assert.deepEqual(
      message?.attachments?.map(({ name, size }) => [name, size]),
      [['film.bin', film.length]],
    );
    assert.equal(begun, 1, 'one upload, gone on with');
    assert.equal(offsets.filter((offset) => offset === '0').length, 1, 'the first part was sent once');
    const reader = await claimNode(bob);
    const file = await reader.fetch(`/api/v1/messages/${alice.nodeId}/${message?.id}/files/0`);
    assert.equal(digest(Buffer.from(await file.arrayBuffer())), digest(film));
  });
});
