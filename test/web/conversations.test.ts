// Conversations in a real browser, between two real nodes: written and read, without network too, files, and the
// requests of strangers.
import { claimNode, eventually } from '#kit';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { befriend, makeTown, read, requests, say } from '../conversations/rig.ts';
import { checkScreen, openBrowser, signInOn, visit } from './kit/index.ts';

describe('conversations in the app', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('goes by keyboard from the list to a friend and back, keeps what is written without network, and shows that it arrived', async () => {
    await using town = await makeTown('alice', 'bob');
    const { alice, bob } = town.people;
    await befriend(alice, bob);
    await say(bob, 'alice', 'Tu viens ce soir ?');
    await eventually('it is here', async () => (await read(alice)).length === 1);
    const owner = await claimNode(alice);
    await using there = await visit(browser, alice, {
      language: 'fr',
      expected: [/Failed to load resource/, /WebSocket/],
    });
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/messages');
    const row = page.getByRole('list', { name: 'Conversations' }).getByRole('link');
    await row.getByText('1 message non lu').waitFor({ state: 'attached' });
    await checkScreen(there);
    await row.focus();
    await page.keyboard.press('Enter');
    const words = page.getByRole('region', { name: 'Messages avec bob' });
    await words.getByText('Tu viens ce soir ?').waitFor();
    await checkScreen(there);

    const field = page.getByRole('textbox', { name: 'Message à bob' });
    await field.focus();
    await page.keyboard.type('Oui, à huit heures.');
    await page.keyboard.press('Control+Enter');
    const first = words.getByRole('listitem').filter({ hasText: 'Oui, à huit heures.' });
    await first.getByText('Arrivé').waitFor();
    await eventually('bob has it', async () => (await read(bob, 'alice')).length === 2);
    await eventually('it is read', async () => {
      const answer = await owner.fetch('/api/v1/conversations');
      return ((await answer.json()) as { unread: number }).unread === 0;
    });

    await there.offline(true);
    await field.fill('J’apporte le pain.');
    await page.keyboard.press('Control+Enter');
    const second = words.getByRole('listitem').filter({ hasText: 'J’apporte le pain.' });
    await second.getByText('Sur cet appareil seulement').waitFor();
    await field.fill('Et encore');
    await there.offline(false);
    await second.getByText('Arrivé').waitFor();
    await eventually('bob has it once', async () => (await read(bob, 'alice')).length === 3);

    // What was begun is kept for this person, and what comes is shown while one reads.
    await there.open('/messages');
    await row.click();
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'Et encore');
    await say(bob, 'alice', 'Parfait !');
    await words.getByText('Parfait !').waitFor();
  });

  it('sends a file to a friend, who reads the same bytes, and says in words how it is protected', async () => {
    await using town = await makeTown('alice', 'bob');
    const { alice, bob } = town.people;
    await befriend(alice, bob);
    const owner = await claimNode(alice);
    await using there = await visit(browser, alice, { size: 'desktop' });
    const { page } = there;
    await signInOn(there, owner);
    await there.open(`/messages/${bob.nodeId}`);
    await page.getByText('No words yet').waitFor();
    const buffer = Buffer.from('Left at the old oak.');
    await page.locator('input[type=file]').setInputFiles({ name: 'map.txt', mimeType: 'text/plain', buffer });
    await page.getByRole('list', { name: 'What goes with it' }).getByText('map.txt').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('region', { name: 'Messages with bob' }).getByText('map.txt').first().waitFor();
    const [message] = await eventually('bob has it', async () => {
      const messages = await read(bob, 'alice');
      return messages.length === 1 && messages;
    });
    assert.deepEqual(
      message?.attachments?.map(({ name, size }) => [name, size]),
      [['map.txt', buffer.length]],
    );

    await page.getByRole('button', { name: 'Sealed end to end' }).click();
    const dialog = page.getByRole('dialog', { name: 'Only the two of you' });
    await dialog.getByRole('list', { name: 'Words of the fingerprint' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await checkScreen(there);
  });

  it('keeps strangers apart until the owner answers, and takes nothing more from who was refused', async () => {
    await using town = await makeTown('alice', 'bob');
    const { alice, bob } = town.people;
    await say(bob, 'alice', 'We were at the same school.');
    await eventually('the request is here', async () => (await requests(alice))[0]?.text !== undefined);
    const owner = await claimNode(alice);
    await using there = await visit(browser, alice);
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/messages');
    await page.getByText('No conversations yet').waitFor();
    await page.getByRole('link', { name: '1 person you do not know wrote to you' }).click();
    await page.getByRole('list', { name: 'Requests' }).getByRole('link').click();
    const panel = page.getByRole('region', { name: 'Request' });
    await panel.getByRole('button', { name: 'Refuse' }).waitFor();
    assert.equal(await page.getByRole('textbox').count(), 0);
    await checkScreen(there);

    await panel.getByRole('button', { name: 'Report' }).click();
    const dialog = page.getByRole('dialog', { name: 'Report bob' });
    await dialog.getByRole('button', { name: 'Keep the report' }).click();
    await dialog.getByRole('alert').getByText('Write what happened.').waitFor();
    await page.keyboard.press('Escape');
    await panel.getByRole('button', { name: 'Refuse' }).click();
    await page.getByText('No requests').waitFor();
    assert.deepEqual(await requests(alice), []);
    assert.deepEqual(await read(alice), []);
  });
});
