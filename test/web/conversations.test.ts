// Conversations in a real browser, between two real nodes: written and read, without network too, files, and the
// requests of strangers.
import { claimNode, eventually } from '#kit';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Locator } from 'playwright-core';
import { befriend, makeTown, read, requests, say } from '../conversations/rig.ts';
import { listMessages } from '#node/conversations/api.ts';
import { checkScreen, openBrowser, signInOn, visit } from './kit/index.ts';

/** Pastes or drops a picture of 90 by 60, as a person would. */
async function give(field: Locator, how: 'paste' | 'drop'): Promise<void> {
  await field.evaluate(async (element, kind) => {
    const canvas = new OffscreenCanvas(90, 60);
    canvas.getContext('2d')?.fillRect(0, 0, 45, 60);
    const data = new DataTransfer();
    data.items.add(new File([await canvas.convertToBlob()], `${kind}.png`, { type: 'image/png' }));
    const options = { bubbles: true, cancelable: true };
    element.dispatchEvent(
      kind === 'paste'
        ? new ClipboardEvent('paste', { ...options, clipboardData: data })
        : new DragEvent('drop', { ...options, dataTransfer: data }),
    );
  }, how);
}

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

    // Leaving is told to the other, and undone at once.
    const hasLeft = async (): Promise<boolean | undefined> =>
      (await bob.call(listMessages, { query: { who: 'alice' } })).conversation?.they_left;
    await page.getByRole('button', { name: 'Plus sur bob' }).click();
    await page.getByRole('menuitem', { name: 'Quitter la conversation' }).click();
    await page.getByText('Vous avez quitté la conversation avec bob').waitFor();
    await page.getByText('Aucune conversation').waitFor();
    await eventually('bob knows it', hasLeft);
    await page.getByRole('button', { name: 'Annuler' }).click();
    await row.waitFor();
    await eventually('bob knows that she is back', async () => (await hasLeft()) === false);
    await bob.ored('message', 'leave', 'alice');
    await row.click();
    await page.getByText('bob a quitté cette conversation.').waitFor();
    assert.equal(await field.count(), 0);
  });

  it('sends files and a voice note to a friend, who reads and hears them, and says in words how it is protected', async () => {
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

    // A picture by paste, one by drop, and what the microphone hears.
    const field = page.getByRole('textbox', { name: 'Message to bob' });
    const attached = page.getByRole('list', { name: 'What goes with it' }).getByRole('listitem');
    await give(field, 'paste');
    await attached.nth(0).waitFor();
    await give(field, 'drop');
    await attached.nth(1).waitFor();
    await page.getByRole('button', { name: 'Record a voice note' }).click();
    await page.getByRole('timer').getByText('0:01').waitFor();
    await page.getByRole('button', { name: 'End the recording' }).click();
    await attached.nth(2).locator('audio').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    const sent = await eventually('bob has it', async () => (await read(bob, 'alice'))[1]);
    const [pasted, dropped, voice] = sent.attachments ?? [];
    for (const picture of [pasted, dropped]) {
      assert.deepEqual([picture?.width, picture?.height, picture?.duration_ms], [90, 60, null]);
    }
    assert.ok(
      voice?.duration_ms !== undefined && Number(voice.duration_ms) >= 1_000,
      String(voice?.duration_ms),
    );

    await using elsewhere = await visit(browser, bob);
    await signInOn(elsewhere, await claimNode(bob));
    await elsewhere.open(`/messages/${alice.nodeId}`);
    const heard = elsewhere.page.locator('audio[aria-label^="Voice note, 0:0"]');
    const played = await heard.evaluate(async (audio: HTMLAudioElement) => {
      const around = audio.closest('.message')?.getBoundingClientRect();
      if (around === undefined || audio.getBoundingClientRect().right > around.right) return 'over the edge';
      await audio.play();
      await new Promise((resolve) => audio.addEventListener('timeupdate', resolve, { once: true }));
      return audio.error?.message ?? 'played';
    });
    assert.equal(played, 'played');
    assert.equal(await elsewhere.page.locator('.tile img[width="90"][height="60"]').count(), 2);

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
